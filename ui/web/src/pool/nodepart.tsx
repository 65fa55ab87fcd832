import { useMemo, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { nodeStates, type PoolNode } from "../api/pool";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { Search } from "../search";
import { count } from "../text/format";
import { useText } from "../text/language";
import { StateSign } from "./badges";
import { NoNodes } from "./empty";
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

const pauseMillis = 150;

/** All nodes of the pool as a grid. */
export function NodePart(props: PartProps) {
  const { view, shown, revision } = props;
  const found = useFresh("nodes", revision, shown, api.nodes);
  const nodes = found.data;
  if (!nodes) return found.error ? <Failure error={found.error} /> : <Loading />;
  if (nodes.length === 0) return <NoNodes />;
  return (
    <>
      <Stale of={found} />
      <Filters {...props} all={nodes} />
      <Cells all={nodes} shown={shown} view={view} onGo={props.onGo} />
    </>
  );
}

function Filters({ shown, view, all, onView }: PartProps & { all: PoolNode[] }) {
  const text = useText().pool;
  const input = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => input.current?.select() } : {});
  const labels = labelsOf(all);
  return (
    <search class="pool-filters">
      <Search
        input={input}
        value={view.search}
        name={text.search.nodes}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      {nodeStates.map((state) => (
        <label key={state} class="chip" title={text.stateTitles[state]}>
          <input
            type="checkbox"
            checked={view.state === state}
            onChange={() => onView({ ...view, state: view.state === state ? "" : state })}
          />
          <StateSign state={state} /> {text.states[state]}{" "}
          <small>{count(all.filter((node) => node.state === state).length)}</small>
        </label>
      ))}
      <label class="chip">
        <input
          type="checkbox"
          checked={view.table}
          onChange={() => onView({ ...view, table: !view.table })}
        />
        {text.grid.table}
      </label>
      {labels.length > 0 && (
        <label class="select">
          {text.grid.group}
          <select value={view.by} onChange={(e) => onView({ ...view, by: e.currentTarget.value })}>
            <option value="">{text.grid.noGroup}</option>
            {labels.map((label) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
    </search>
  );
}

function Cells({ shown, all, view, onGo }: Pick<PartProps, "shown" | "view" | "onGo"> & { all: PoolNode[] }) {
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
      {view.table && nodes.length > most && (
        <button type="button" class="older" onClick={() => setMost(most + page)}>
          {text.more(count(Math.min(page, nodes.length - most)))}
        </button>
      )}
    </div>
  );
}
