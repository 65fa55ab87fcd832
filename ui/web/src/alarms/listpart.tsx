import { useRef, useState } from "preact/hooks";
import { type AlarmCount, type AlarmList, type AlarmQuery, mostAlarms } from "../api/alarms";
import { api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import { useKeys } from "../keys";
import { Link } from "../link";
import { useMatches } from "../media";
import { Failure, Loading } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import { rangeBefore } from "./before";
import { Days } from "./days";
import { NoAlarms } from "./empty";
import { countedBy, facetsOf, totalOf } from "./facets";
import { Filters } from "./filters";
import { tallyOf } from "./funnel";
import { Funnel } from "./funnelview";
import { useKept } from "./kept";
import { AlarmTable } from "./list";
import { leavesFolded } from "./listed";
import { rangeOf } from "./range";
import { Storms } from "./storms";
import { Timeline } from "./timelineview";
import { type AlarmsView, alarmPath, alarmsPath } from "./view";

export interface ListProps {
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
export function ListPart(props: ListProps) {
  const { shown, view, today, onView, onGo } = props;
  const { funnel, before, counts, list, error } = useAlarms(props);
  const phone = useMatches("(max-width: 760px)"); // there the list comes first
  const timeline = view.days === 1 && <Timeline {...props} />;
  const days = <Days view={view} today={today} onView={onView} />;
  if (error && !list.data)
    return (
      <>
        {days}
        <Failure error={error} />
      </>
    );
  if (!funnel || !counts || !list.data)
    return (
      <>
        {days}
        <Loading />
      </>
    ); // together, so that nothing jumps
  return (
    <>
      {days}
      <Funnel
        tally={tallyOf(funnel)}
        before={before && tallyOf(before)}
        view={view}
        today={today}
        onGo={onGo}
      />
      {!phone && timeline}
      <Storms {...props} />
      <Filters view={view} counts={counts} active={shown} onView={onView} />
      {error && <Failure error={error} />}
      {list.data.alarms.length > 0 ? (
        <Found {...props} list={list} counts={counts} />
      ) : (
        <NoAlarms {...props} />
      )}
      {phone && timeline}
    </>
  );
}

/** What was found, and the way to more of it. */
interface List {
  data: AlarmList | undefined;
  old: boolean; // not yet what was asked for
  limit: number;
  onMore: () => void;
}

/** What the list shows, each kept until what takes its place is there. */
function useAlarms({ view, zone, today, revision }: ListProps) {
  const { path, search, outcome, severity, kind } = view;
  const days: AlarmQuery = { ...rangeOf(view, today, zone), path };
  const base: AlarmQuery = view.open ? { open: true, path, search } : { ...days, search };
  const asked: AlarmQuery = {
    ...base,
    outcome: outcome === "all" ? "" : outcome,
    severity,
    kind,
    ...(leavesFolded(view) && { without: "folded" }),
  };
  const key = JSON.stringify(asked);
  const [size, setSize] = useState({ key, limit: page });
  const limit = size.key === key ? size.limit : page;

  const stats = (of: AlarmQuery) => api.alarmStats(of, countedBy);
  const isFunnel = !view.open && search === ""; // whose counts are those of the filters then
  const funnel = useResource(`stats ${JSON.stringify(days)}`, revision, () => stats(days));
  const counts = useResource(`stats ${JSON.stringify(base)}`, revision, () =>
    isFunnel ? Promise.resolve(null) : stats(base),
  );
  const turn = revision * mostAlarms + limit; // more of them replace those that are shown
  const found = useResource(`alarms ${key}`, turn, () => api.alarms(asked, limit));
  const earlier = { ...rangeBefore(view, today, zone, serverNow()), path };
  const before = useResource(`stats ${JSON.stringify(earlier)}`, revision, () => stats(earlier));
  const kept = { funnel: useKept(funnel), counts: useKept(counts) };
  const list: List = { ...useKept(found), limit, onMore: () => setSize({ key, limit: limit + page }) };
  return {
    funnel: kept.funnel.data,
    before: before.data,
    counts: kept.counts.data ?? kept.funnel.data,
    list,
    error: found.error ?? funnel.error ?? counts.error,
  };
}

function Found({ list, counts, ...props }: { list: List; counts: AlarmCount[] } & ListProps) {
  const text = useText().alarms;
  const { shown, view, today, revision, onGo } = props;
  const { alarms, more } = list.data ?? { alarms: [], more: false };
  return (
    <div class={list.old ? "listed old" : "listed"}>
      <p class="how-many" role="status">
        {text.listed(count(alarms.length), count(Math.max(alarms.length, totalOf(counts, view))), more)}
        <Folded view={view} counts={counts} onGo={onGo} />
      </p>
      <Listed alarms={alarms} today={today} revision={revision} active={shown} onGo={onGo} />
      {more && list.limit < mostAlarms && (
        <button type="button" class="older" onClick={list.onMore}>
          {text.older}
        </button>
      )}
      {more && list.limit >= mostAlarms && <p class="reason">{text.tooMany(count(mostAlarms))}</p>}
    </div>
  );
}

/** How many alarms are left to their common causes, which opens their list. */
function Folded({ view, counts, onGo }: { counts: AlarmCount[] } & Pick<ListProps, "view" | "onGo">) {
  const text = useText().alarms;
  const folded = facetsOf(counts, "outcome", view).find(({ value }) => value === "folded")?.alarms ?? 0;
  if (folded === 0 || !leavesFolded(view)) return null;
  return (
    <Link to={alarmsPath({ ...view, outcome: "folded" })} onGo={onGo} class="way">
      {text.folded(count(folded))}
    </Link>
  );
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
