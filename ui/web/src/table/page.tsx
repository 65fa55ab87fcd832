import { useMemo, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Progress, Status } from "../api/types";
import { Failure, Loading, openSteps, ProgressList } from "../notice";
import { modelsOf } from "../state/model";
import type { View } from "../state/view";
import { useText } from "../text/language";
import { Crumbs } from "../tree/crumbs";
import { Tree } from "../tree/tree";
import type { Sheet } from "./columns";
import { saveAs, toCSV } from "./csv";
import { Empty } from "./empty";
import { barScale, compareWith, type Entry, filterEntries, joinGrowth, sortEntries } from "./entries";
import { Grid } from "./grid";
import { Toolbar } from "./toolbar";

interface Props {
  shown: boolean;
  view: View;
  revision: number;
  status: Status | undefined;
  progress: Progress[];
  onView: (view: View) => void;
  onOpen: (id: string) => void;
}

const none: never[] = [];

/** The warning table: the business tree on the left, its rows on the right. */
export function TablePage({ shown, view, revision, status, progress, onView, onOpen }: Props) {
  const text = useText();
  const [frozen, setFrozen] = useState(revision);
  const [treeOpen, setTreeOpen] = useState(false);
  if (shown && frozen !== revision) setFrozen(revision); // a hidden table asks for nothing
  const tree = useResource(`tree ${view.model}`, frozen, () => api.tree(modelsOf(view.model)[0]));
  const table = useResource(`${view.level} ${view.model}`, frozen, () => loadEntries(view));

  const all = table.data ?? none;
  const filtered = useMemo(() => filterEntries(all, view), [all, view.path, view.search, view.deviates]);
  const entries = useMemo(() => sortEntries(filtered, view.sort), [filtered, view.sort]);
  const scale = useMemo(() => barScale(all), [all]);
  const sheet: Sheet = {
    text,
    scale,
    model: view.model,
    onOpen,
    onNote: (id, note) =>
      table.mutate((list) => list.map((e) => (e.row.id === id ? { ...e, row: { ...e.row, note } } : e))),
  };
  const levels = status?.levels ?? none;
  const loading = openSteps(progress).length > 0;
  const choose = (path: string) => {
    setTreeOpen(false);
    onView({ ...view, path });
  };

  return (
    <main class="table-page" hidden={!shown}>
      <aside class={treeOpen ? "open" : ""}>
        <Tree nodes={tree.data ?? none} levels={levels} path={view.path} onPath={choose} />
      </aside>
      <section>
        <h1 class="hidden">{text.table}</h1>
        <Toolbar
          view={view}
          levels={levels}
          configured={status?.model}
          shown={entries.length}
          all={all.length}
          active={shown}
          onView={onView}
          onTree={() => setTreeOpen(!treeOpen)}
          onSave={() => saveAs("warnings.csv", toCSV(entries, modelsOf(view.model)))}
        />
        {view.path && <Crumbs path={view.path} onPath={choose} />}
        <ProgressList steps={progress} />
        {table.error && <Failure error={table.error} />}
        {!table.data && !table.error && <Loading />}
        {table.data && all.length === 0 && !loading && <Empty levels={levels} mode={status?.mode} />}
        {all.length > 0 && entries.length === 0 && (
          <p class="nothing">
            {text.nothing}{" "}
            <button type="button" onClick={() => onView({ ...view, path: "", search: "", deviates: false })}>
              {text.clear}
            </button>
          </p>
        )}
        {entries.length > 0 && (
          <Grid
            entries={entries}
            sheet={sheet}
            sort={view.sort}
            shown={shown}
            onSort={(sort) => onView({ ...view, sort })}
          />
        )}
      </section>
    </main>
  );
}

/** The table of a level by one model, or by two beside each other. */
async function loadEntries({ level, model }: View): Promise<Entry[]> {
  const load = async (by: string) =>
    joinGrowth(...(await Promise.all([api.warnings(level, by), api.growth(level, by)])));
  const [entries, others] = await Promise.all(modelsOf(model).map(load));
  return others ? compareWith(entries ?? none, others) : (entries ?? none);
}
