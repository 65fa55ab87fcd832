import { useMemo, useRef, useState } from "preact/hooks";
import { ApiError, api } from "../api/client";
import { useResource } from "../api/live";
import type { Progress, Status } from "../api/types";
import { Failure, openSteps, ProgressList } from "../notice";
import { modelsOf } from "../state/model";
import type { View } from "../state/view";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { Crumbs } from "../tree/crumbs";
import { Tree } from "../tree/tree";
import { countChips } from "./chips";
import { columnsOf, type Sheet } from "./columns";
import { coverer, type Effects } from "./cover";
import { saveAs, toCSV } from "./csv";
import { Empty } from "./empty";
import {
  barScale,
  compareWith,
  type Entry,
  filterEntries,
  joinGrowth,
  mark,
  owners,
  sortEntries,
  withNote,
} from "./entries";
import { Filters } from "./filters";
import { firstKey, firstRows } from "./first";
import { Grid } from "./grid";
import { groupBy, levelsAbove, linesOf } from "./groups";
import { Toolbar } from "./toolbar";

interface Props {
  shown: boolean;
  view: View;
  revision: number;
  runs: number; // how often runs of flows have changed
  status: Status | undefined;
  progress: Progress[];
  onView: (view: View) => void;
  onOpen: (id: string) => void;
  onGo: (path: string) => void;
}

const none: never[] = [];

/** The warning table: the business tree on the left, its rows on the right. */
export function TablePage({ shown, view, revision, runs, status, progress, onView, onOpen, onGo }: Props) {
  const text = useText();
  useTitle(shown ? text.pages.table : undefined);
  const [frozen, setFrozen] = useState(revision);
  const [treeOpen, setTreeOpen] = useState(false);
  if (shown && frozen !== revision) setFrozen(revision); // a hidden table asks for nothing
  const tree = useResource(`tree ${view.model}`, frozen, () => api.branches(modelsOf(view.model)[0]));
  const begin = useFirst(view);
  const table = useResource(`${view.level} ${view.model}`, frozen, () => loadEntries(view));
  // What is in effect comes after the rows: a browser asks for few things at once.
  const ready = table.data !== undefined;
  const effects = useResource(`effects ${ready}`, frozen + runs, async () =>
    ready ? loadEffects() : undefined,
  );
  const levels = status?.levels ?? none;

  const loaded = table.data ?? begin ?? none;
  const all = useMemo(
    () => (effects.data ? mark(loaded, coverer(effects.data, levels)) : loaded),
    [loaded, effects.data, levels.join()],
  );
  const filtered = useMemo(
    () => filterEntries(all, view),
    [all, view.path, view.search, view.chips.join(), view.owner],
  );
  const entries = useMemo(() => sortEntries(filtered, view.sort), [filtered, view.sort]);
  const hushed = effects.data && !effects.data.unread; // else it is not known
  const counts = useMemo(
    () => ({ ...countChips(filtered), ...(!hushed && { muted: null, change: null }) }),
    [filtered, hushed],
  );
  // The chips come with their numbers, which make them wide or narrow, and stay while others are awaited.
  const counted = useRef<typeof counts | undefined>(undefined);
  if (ready && effects.data) counted.current = counts;
  const owned = useMemo(() => owners(all), [all]);
  const scale = useMemo(() => (ready ? barScale(all) : 0), [all, ready]);
  const depth = levelsAbove(levels, view.level).indexOf(view.group) + 1;
  const lines = useMemo(
    () => (depth > 0 ? linesOf(groupBy(entries, depth), view.folded) : entries),
    [entries, depth, view.folded.join("\n")],
  );
  const columns = useMemo(() => columnsOf(view.columns, view.model), [view.columns.join(), view.model]);
  // Rows are drawn anew when what they need has changed, not whenever the page is.
  const acts = useRef({ onOpen, onGo, mutate: table.mutate });
  acts.current = { onOpen, onGo, mutate: table.mutate };
  const sheet: Sheet = useMemo(
    () => ({
      text,
      scale,
      part: !ready,
      model: view.model,
      columns,
      levels,
      onOpen: (id) => acts.current.onOpen(id),
      onGo: (path) => acts.current.onGo(path),
      onNote: (id, kept) => acts.current.mutate((list) => withNote(list, id, kept)),
    }),
    [text, scale, ready, view.model, columns, levels.join()],
  );
  const loading = openSteps(progress).length > 0;
  const choose = (path: string) => {
    setTreeOpen(false);
    onView({ ...view, path });
  };

  return (
    <main class={`table-page ${table.data ? "" : "blank"}`} hidden={!shown}>
      <aside class={treeOpen ? "open" : ""}>
        {tree.data && <Tree nodes={tree.data} levels={levels} path={view.path} onPath={choose} />}
      </aside>
      <section>
        <h1 class="hidden">{text.table}</h1>
        <Toolbar
          view={view}
          levels={levels}
          configured={status?.model}
          shown={ready ? entries.length : undefined}
          all={all.length}
          active={shown}
          onView={onView}
          onTree={() => setTreeOpen(!treeOpen)}
          onSave={() => saveAs("warnings.csv", toCSV(lines, columns, modelsOf(view.model)))}
        />
        <Filters view={view} counts={counted.current} owners={ready ? owned : none} onView={onView} />
        {view.path && <Crumbs path={view.path} onPath={choose} />}
        <ProgressList steps={progress} />
        {table.error && <Failure error={table.error} />}
        {!ready && !begin && !table.error && <Waiting />}
        {ready && all.length === 0 && !loading && <Empty load={status?.examples.load} />}
        {ready && all.length > 0 && entries.length === 0 && (
          <p class="nothing">
            {text.nothing}{" "}
            <button
              type="button"
              onClick={() => onView({ ...view, path: "", search: "", chips: [], owner: "" })}
            >
              {text.clear}
            </button>
          </p>
        )}
        {entries.length > 0 && (
          <Grid
            lines={lines}
            sheet={sheet}
            sort={view.sort}
            folded={view.folded}
            now={Date.parse(status?.at ?? "") / 1000 + 60}
            shown={shown}
            whole={ready}
            onSort={(sort) => onView({ ...view, sort })}
            onFold={(id) => id && onView({ ...view, folded: toggle(view.folded, id) })}
          />
        )}
      </section>
    </main>
  );
}

const toggle = (list: string[], word: string) =>
  list.includes(word) ? list.filter((other) => other !== word) : [...list, word];

/** The first rows of the view that was opened, as long as it is that one. */
function useFirst(view: View): Entry[] | undefined {
  const [opened] = useState(firstKey(view));
  const { data } = useResource(opened ?? "", 0, async () => (opened ? firstRows(view) : undefined));
  const rows = opened === firstKey(view) && data && data.length > 0 ? data : undefined;
  return useMemo(() => rows && joinGrowth(rows, none), [rows]);
}

/** Lines in place of the rows; a reader hears that they are awaited. */
function Waiting() {
  const text = useText();
  return (
    <>
      <p class="loading hidden" role="status">
        {text.loading}…
      </p>
      <div class="pane waiting" aria-hidden="true" />
    </>
  );
}

/** What keeps alarms back and what changes; what this server has not is none, and what it refuses is unknown. */
async function loadEffects(): Promise<Effects> {
  const faults = new Set<string>();
  const or = <T,>(asked: Promise<T[]>): Promise<T[]> =>
    asked.catch((error: Error) => {
      if (!(error instanceof ApiError && error.code === 404)) faults.add(error.message);
      return [];
    });
  const [mutes, silences, leases, runs] = await Promise.all([
    or(api.mutes()),
    or(api.silences()),
    or(api.leases()),
    or(api.runs({ path: "", state: "", open: true, search: "" }, mostRuns).then((list) => list.runs)),
  ]);
  return { mutes, silences, leases, runs, unread: [...faults].join("; ") };
}

/** Runs that are not over; more are not looked at. */
const mostRuns = 500;

/** The table of a level by one model, or by two beside each other. */
async function loadEntries({ level, model }: View): Promise<Entry[]> {
  const load = async (by: string) =>
    joinGrowth(...(await Promise.all([api.warnings(level, by), api.growth(level, by)])));
  const [entries, others] = await Promise.all(modelsOf(model).map(load));
  return others ? compareWith(entries ?? none, others) : (entries ?? none);
}
