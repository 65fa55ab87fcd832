import { useRef, useState } from "preact/hooks";
import { type AlarmCount, type AlarmQuery, mostAlarms } from "../api/alarms";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import { Days } from "./days";
import { NoAlarms } from "./empty";
import { countedBy, facetsOf } from "./facets";
import { Filters } from "./filters";
import { tallyOf } from "./funnel";
import { Funnel } from "./funnelview";
import { useKept } from "./kept";
import { AlarmTable } from "./list";
import { askedOutcomes, leavesFolded, mergeLists } from "./listed";
import { rangeOf } from "./range";
import { type AlarmsView, alarmPath, alarmsPath } from "./view";

interface Props {
  shown: boolean;
  view: AlarmsView;
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  onView: (view: AlarmsView) => void;
  onGo: (path: string) => void;
}

const page = 100; // alarms that are loaded at once

/** The funnel of the chosen days, the filters and the list. */
export function ListPart({ shown, view, zone, today, revision, onView, onGo }: Props) {
  const text = useText().alarms;
  const { path, search, outcome, severity, kind } = view;
  const days: AlarmQuery = { ...rangeOf(view, today, zone), path };
  const base: AlarmQuery = view.open ? { open: true, path, search } : { ...days, search };
  const asked = { ...base, outcome, severity, kind };
  const key = JSON.stringify(asked);
  const [size, setSize] = useState({ key, limit: page });
  const limit = size.key === key ? size.limit : page;

  const funnel = useKept(useStats(days, revision));
  const counts = useKept(useStats(base, revision));
  const turn = revision * mostAlarms + limit; // more of them replace those that are shown
  const list = useResource(`alarms ${key}`, turn, () => loadList(asked, askedOutcomes(view), limit));
  const kept = useKept(list);
  return (
    <>
      <Days view={view} today={today} onView={onView} />
      {funnel.data && <Funnel tally={tallyOf(funnel.data)} view={view} onGo={onGo} />}
      <Filters view={view} counts={counts.data ?? []} active={shown} onView={onView} />
      {list.error && <Failure error={list.error} />}
      {!kept.data && !list.error && <Loading />}
      {kept.data?.alarms.length === 0 && (
        <NoAlarms view={view} today={today} revision={revision} onGo={onGo} />
      )}
      {kept.data && kept.data.alarms.length > 0 && (
        <div class={kept.old ? "listed old" : "listed"}>
          <p class="how-many" role="status">
            {text.listed(count(kept.data.alarms.length), kept.data.more)}
            <Folded view={view} counts={counts.data ?? []} onGo={onGo} />
          </p>
          <Listed alarms={kept.data.alarms} today={today} revision={revision} active={shown} onGo={onGo} />
          {kept.data.more && limit < mostAlarms && (
            <button type="button" class="older" onClick={() => setSize({ key, limit: limit + page })}>
              {text.older}
            </button>
          )}
          {kept.data.more && limit >= mostAlarms && <p class="reason">{text.tooMany(count(mostAlarms))}</p>}
        </div>
      )}
    </>
  );
}

/** How many alarms are left to their common causes, which opens their list. */
function Folded({ view, counts, onGo }: { counts: AlarmCount[] } & Pick<Props, "view" | "onGo">) {
  const text = useText().alarms;
  const folded = facetsOf(counts, "outcome", view).find(({ value }) => value === "folded")?.alarms ?? 0;
  if (folded === 0 || !leavesFolded(view)) return null;
  return (
    <Link to={alarmsPath({ ...view, outcome: "folded" })} onGo={onGo} class="way">
      {text.folded(count(folded))}
    </Link>
  );
}

/** Asks for each of the outcomes, since the server leaves none out. */
async function loadList(asked: AlarmQuery, outcomes: string[], limit: number) {
  const lists = await Promise.all(outcomes.map((outcome) => api.alarms({ ...asked, outcome }, limit)));
  return mergeLists(lists, limit);
}

/** Counts by all that can be filtered; the funnel and the filters share one answer where they ask the same. */
function useStats(asked: AlarmQuery, revision: number) {
  return useResource(`stats ${JSON.stringify(asked)}`, revision, () => api.alarmStats(asked, countedBy));
}

type ListedProps = Parameters<typeof AlarmTable>[0] & { active: boolean };

/** The list with a cursor that the keys move. */
function Listed({ active, ...table }: ListedProps) {
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const move = (step: number) => {
    (document.activeElement as HTMLElement | null)?.blur(); // Enter then means the row, not a link left behind
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("tr[data-id]") ?? [])];
    const now = rows.findIndex((row) => row.dataset.id === cursor);
    const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
    setCursor(next?.dataset.id ?? null);
    next?.scrollIntoView({ block: "nearest" });
  };
  const open = () => cursor !== null && table.onGo(alarmPath({ id: cursor, explain: false }));
  useKeys(active ? { j: () => move(1), k: () => move(-1), Enter: open } : {});
  return (
    <div ref={box}>
      <AlarmTable {...table} chosen={cursor} />
    </div>
  );
}
