import type { BriefNode } from "../api/pool";
import { Link } from "../link";
import { count, decimal } from "../text/format";
import { useText } from "../text/language";
import { NodeBadge } from "./badges";
import { BusyBar } from "./busybar";
import { loadSteps } from "./nodes";
import { nodePath } from "./view";

const columns = ["node", "state", "expected", "now", "workers", "labels"] as const;

/** The target of the bars: from there on a node is full. */
const full = (loadSteps.at(-1) ?? 100) / 100;

/** The nodes line by line: all that the map shows, for the keyboard and for those who do not see it. */
export function NodeTable({ nodes, onGo }: { nodes: BriefNode[]; onGo: (path: string) => void }) {
  const text = useText().pool;
  const names: Record<(typeof columns)[number], string> = {
    node: text.worker.node,
    state: text.worker.state,
    expected: text.nodeFacts.expected,
    now: text.nodeFacts.now,
    workers: text.workers,
    labels: text.nodeFacts.labels,
  };
  return (
    <div class="scroll">
      <table class="node-table">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" class={name}>
                {names[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ name, state, expected_cpu, load, serving, wanted, resources }) => (
            <tr key={name}>
              <td class="node-name">
                <Link to={nodePath(name)} onGo={onGo} class="main" title={name}>
                  {name}
                </Link>
              </td>
              <td>
                <NodeBadge state={state} />
              </td>
              <td>
                <BusyBar fraction={state === "lost" ? null : expected_cpu / 100} target={full} />
              </td>
              <td class="number">{decimal(load.cpu, 0)} %</td>
              <td class="number">
                {count(serving)} / {count(wanted)}
              </td>
              <td class="labels">
                {Object.entries(resources.labels ?? {})
                  .map((pair) => pair.join("="))
                  .join(" ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
