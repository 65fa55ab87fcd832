import { useMemo, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Progress, Status } from "../api/types";
import { Failure, Loading, openSteps, ProgressList } from "../notice";
import { namesOf, type View } from "../state/view";
import { useText } from "../text/language";
import { Tree } from "../tree/tree";
import type { Sheet } from "./columns";
import { saveAs, toCSV } from "./csv";
import { Empty } from "./empty";
import { barScale, filterEntries, joinGrowth, sortEntries } from "./entries";
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
  const tree = useResource("tree", frozen, api.tree);
  const table = useResource(view.level, frozen, async () =>
    joinGrowth(...(await Promise.all([api.warnings(view.level), api.growth(view.level)]))),
  );

  const all = table.data ?? none;
  const filtered = useMemo(() => filterEntries(all, view), [all, view.path, view.search, view.deviates]);
  const entries = useMemo(() => sortEntries(filtered, view.sort), [filtered, view.sort]);
  const scale = useMemo(() => barScale(all), [all]);
  const sheet: Sheet = {
    text,
    scale,
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
          shown={entries.length}
          all={all.length}
          active={shown}
          onView={onView}
          onTree={() => setTreeOpen(!treeOpen)}
          onSave={() => saveAs("warnings.csv", toCSV(entries))}
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

/** Where in the tree the table stands, each step a way up. */
function Crumbs({ path, onPath }: { path: string; onPath: (path: string) => void }) {
  const text = useText();
  const ids = path.split("/");
  return (
    <nav class="crumbs" aria-label={text.tree}>
      <button type="button" onClick={() => onPath("")}>
        {text.all}
      </button>
      {namesOf(path).map((name, i) => (
        <button
          key={ids.slice(0, i + 1).join("/")}
          type="button"
          onClick={() => onPath(ids.slice(0, i + 1).join("/"))}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
