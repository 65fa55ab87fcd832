import { useRef } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import type { ModuleSummary } from "../api/fleet";
import { useKeys } from "../keys";
import { Failure, Loading } from "../notice";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { Search } from "../search";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { named, worstFirst } from "./consistency";
import { ConsistencyBody } from "./consistencybody";
import { EnvironmentPanel } from "./environment";
import type { PartProps } from "./page";

/** What nodes shall have and what they have, module by module. */
export function ConsistencyPart({ view, shown, revision, zone, onView, onGo }: PartProps) {
  const text = useText().changes.consistency;
  const { path, search, chosen } = view;
  const found = useFresh(`consistency ${path}`, revision, shown, () => api.consistency(path));
  const box = useFocusKeys(shown, ".standing .line");
  const input = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => input.current?.select() } : {});
  const all = found.data?.list ?? [];
  const today = todayIn(zone);
  return (
    <>
      <Stale of={found} />
      <search class="pool-filters">
        <Search
          input={input}
          value={search}
          name={text.search}
          pauseMillis={0}
          onSearch={(value) => onView({ ...view, search: value })}
        />
        {found.data && found.data.modules > 0 && (
          <span class="overview">{text.total(found.data.affected, found.data.modules)}</span>
        )}
      </search>
      {!found.data && (found.error ? <Failure error={found.error} /> : <Loading />)}
      {found.data && all.length === 0 && (
        <div class="first-steps">
          <h2>{text.noneTitle}</h2>
          <p>{text.noneText}</p>
        </div>
      )}
      <div ref={box} class={found.old ? "old" : ""}>
        <ol class="lines">
          {worstFirst(named(all, search)).map((one) => (
            <li key={one.module} class="standing">
              <Line
                of={one}
                today={today}
                open={one.module === chosen}
                onOpen={() => onView({ ...view, chosen: one.module === chosen ? "" : one.module, node: "" })}
              />
              {one.module === chosen && (
                <ConsistencyBody
                  {...{ view, shown, revision, today, onView, onGo }}
                  module={one.module}
                  onChange={found.again}
                />
              )}
            </li>
          ))}
        </ol>
      </div>
      <EnvironmentPanel {...{ path, shown, revision }} />
    </>
  );
}

function Line(props: { of: ModuleSummary; today: string; open: boolean; onOpen: () => void }) {
  const { of, today, open, onOpen } = props;
  const text = useText().changes.consistency;
  const { inconsistent, nodes, unknown, since, ignored, adopted, conflicts } = of;
  return (
    <button type="button" class="line" aria-expanded={open} onClick={onOpen}>
      <span class={inconsistent > 0 ? "bad" : ""}>
        <i aria-hidden="true">{inconsistent > 0 ? "✕" : unknown > 0 ? "?" : "✓"}</i>{" "}
        {text.standing(inconsistent, nodes)}
      </span>
      <b class="name">{namesOf(of.module).join(" › ")}</b>
      <small>
        {[
          since && text.since(moment(since, today)),
          unknown > 0 && text.unknown(unknown),
          ignored > 0 && text.ignored(ignored),
          adopted > 0 && text.adopted(adopted),
          conflicts > 0 && text.conflicts(conflicts),
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
    </button>
  );
}
