import { useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { api, serverNow } from "../api/client";
import { type Direction, directions } from "../api/pool";
import { Choice } from "../choice";
import { Waiting } from "../notice";
import { useText } from "../text/language";
import { hasWords } from "../words";
import { DecisionsList } from "./decisionlist";
import { NoDecisions } from "./empty";
import { Filters } from "./filters";
import { useFocusKeys } from "./focus";
import { useFresh } from "./fresh";
import { type PartProps, Stale } from "./page";
import { poolPath, spans } from "./view";

/** Decisions that are asked for at first, and how many more each time. */
const page = 200;
const most = 5000;

/** What was decided, the newest first. */
export function DecisionPart(props: PartProps) {
  const { view, shown, revision, zone, onGo } = props;
  const text = useText().pool.decisions;
  const { path, direction, hours, search } = view;
  const [limit, setLimit] = useState(page);
  const found = useFresh(`decisions ${path} ${direction} ${hours} ${limit}`, revision, shown, () =>
    api.decisions({ path, direction, from: hoursAgo(hours, serverNow()) }, limit),
  );
  const box = useFocusKeys(shown, ".decision .way");
  const fits = hasWords(search);
  const decisions = (found.data?.decisions ?? []).filter(({ module }) => fits(module.toLowerCase()));
  return (
    <>
      <Stale of={found} />
      <DecisionFilters {...props} />
      {!found.data && <Waiting error={found.error} />}
      {found.data && decisions.length === 0 && <NoneFound revision={revision} busy={props.busy} />}
      <div ref={box} class={found.old ? "old" : ""}>
        <DecisionsList
          decisions={decisions}
          today={todayIn(zone)}
          named
          explain={view.explain}
          pathTo={(explain) => poolPath({ ...view, explain })}
          onGo={onGo}
        />
        {found.data?.more && limit < most && (
          <button type="button" class="older" onClick={() => setLimit(Math.min(limit + page, most))}>
            {text.older}
          </button>
        )}
      </div>
    </>
  );
}

/** A time so many hours before another one, to the minute: what is asked for stays the same within it. */
export const hoursAgo = (hours: number, now: number) =>
  new Date(Math.floor(now / 60_000) * 60_000 - hours * 3_600_000).toISOString();

/** Why none is listed: nothing was ever decided, or none passes the filters. */
function NoneFound({ revision, busy }: { revision: number; busy: string }) {
  const { none } = useText().pool.decisions;
  const newest = useFresh("newest", revision, true, () => api.newestDecisions(""));
  if (newest.data?.length === 0) return <NoDecisions busy={busy} />;
  return <p class="nothing">{none}</p>;
}

function DecisionFilters(props: PartProps) {
  const { view, onView } = props;
  const text = useText().pool;
  const say = text.decisions;
  return (
    <Filters {...props} name={text.search.decisions}>
      <Choice
        label={say.direction}
        value={view.direction}
        options={[["", say.any], ...directions.map((d): [string, string] => [d, say.directions[d]])]}
        onChange={(direction) => onView({ ...view, direction: direction as Direction | "" })}
      />
      <Choice
        label={say.span}
        value={`${view.hours}`}
        options={spans
          .toSorted((a, b) => a - b)
          .map((hours) => [`${hours}`, say.last(hours < 48 ? [hours, "h"] : [hours / 24, "d"])])}
        onChange={(hours) => onView({ ...view, hours: Number(hours) })}
      />
    </Filters>
  );
}
