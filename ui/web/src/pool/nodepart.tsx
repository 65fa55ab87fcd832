import { useMemo, useState } from "preact/hooks";
import { api } from "../api/client";
import { type BriefNode, nodeStates } from "../api/pool";
import { Chip, Choice } from "../choice";
import { Link } from "../link";
import { More } from "../more";
import { Waiting } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import { StateSign } from "./badges";
import { NoNodes } from "./empty";
import { Filters } from "./filters";
import { useFocusKeys } from "./focus";
import { useFresh } from "./fresh";
import { Legend, NodeGrid } from "./grid";
import { namedUpTo, sizeFor, workersAMark } from "./map";
import { NodeMap } from "./nodemap";
import { labelsOf, shownNodes } from "./nodes";
import { NodeTable } from "./nodetable";
import { type PartProps, Stale } from "./page";
import { defaultPool, poolPath } from "./view";

/** Lines of the table that are drawn at first; a button draws so many more. */
const page = 200;

/** All nodes of the pool as a grid. */
export function NodePart(props: PartProps) {
  const { view, shown, revision } = props;
  const found = useFresh("nodes", revision, shown, api.nodes);
  const nodes = found.data;
  if (!nodes) return <Waiting error={found.error} />;
  if (nodes.length === 0) return <NoNodes />;
  return (
    <>
      <Stale of={found} />
      <NodeFilters {...props} all={nodes} />
      <Cells all={nodes} shown={shown} view={view} onGo={props.onGo} />
    </>
  );
}

function NodeFilters({ all, ...props }: PartProps & { all: BriefNode[] }) {
  const { view, onView } = props;
  const text = useText().pool;
  const labels = useMemo(() => labelsOf(all), [all]);
  return (
    <Filters {...props} name={text.search.nodes}>
      {nodeStates.map((state) => (
        <Chip
          key={state}
          on={view.state === state}
          title={text.stateTitles[state]}
          onChange={() => onView({ ...view, state: view.state === state ? "" : state })}
        >
          <StateSign state={state} /> {text.states[state]}{" "}
          <small>{count(all.filter((node) => node.state === state).length)}</small>
        </Chip>
      ))}
      <Chip on={view.table} onChange={() => onView({ ...view, table: !view.table })}>
        {text.grid.table}
      </Chip>
      {labels.length > 0 && (
        <Choice
          label={text.grid.group}
          shown
          value={view.by}
          options={[["", text.grid.noGroup], ...labels.map((label): [string, string] => [label, label])]}
          onChange={(by) => onView({ ...view, by })}
        />
      )}
    </Filters>
  );
}

function Cells({
  shown,
  all,
  view,
  onGo,
}: Pick<PartProps, "shown" | "view" | "onGo"> & { all: BriefNode[] }) {
  const text = useText().pool;
  const [most, setMost] = useState(page);
  const nodes = useMemo(() => shownNodes(all, view), [all, view.search, view.state]);
  const few = nodes.length <= namedUpTo;
  const box = useFocusKeys(shown && (few || view.table), "a.node, .node-table a");
  return (
    <div ref={box}>
      <div class="grid-head">
        <p class="how-many" role="status">
          {text.nodesListed(count(nodes.length), count(all.length))}
        </p>
        {!view.table && <Legend perMark={few ? 1 : workersAMark(nodes, sizeFor(nodes.length))} />}
      </div>
      {nodes.length === 0 ? (
        <p class="nothing">
          {text.noNodeMatches}{" "}
          <Link to={poolPath({ ...defaultPool, path: view.path, part: "nodes" })} onGo={onGo} class="way">
            {text.clear}
          </Link>
        </p>
      ) : (
        <>
          {view.table && <NodeTable nodes={nodes.slice(0, most)} onGo={onGo} />}
          {!view.table && few && <NodeGrid nodes={nodes} by={view.by} onGo={onGo} />}
          {!view.table && !few && <NodeMap nodes={nodes} by={view.by} shown={shown} onGo={onGo} />}
        </>
      )}
      {view.table && <More shown={most} all={nodes.length} step={page} onShow={setMost} />}
    </div>
  );
}
