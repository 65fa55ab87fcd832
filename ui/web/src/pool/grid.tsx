import type { BriefNode } from "../api/pool";
import { Link } from "../link";
import { count, decimal } from "../text/format";
import { useText } from "../text/language";
import { StateSign } from "./badges";
import { groupNodes, loadStep, loadSteps, meanLoad, ticksOf } from "./nodes";
import { nodePath } from "./view";

interface Props {
  nodes: BriefNode[];
  by: string; // label
  onGo: (path: string) => void;
}

/** A cell for each node: the colour is its forecast load, the marks are its workers. */
export function NodeGrid({ nodes, by, onGo }: Props) {
  const title = useGroupTitle(by);
  return (
    <>
      {groupNodes(nodes, by).map(([value, group]) => (
        <section key={value} class="node-group">
          {by !== "" && <h2>{title(value, group)}</h2>}
          <ul class="node-grid">
            {group.map((node) => (
              <Cell key={node.name} node={node} onGo={onGo} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** What a group is, in the words of its label. */
export function useGroupTitle(by: string) {
  const text = useText().pool.grid;
  return (value: string, group: BriefNode[]) => (
    <>
      {value ? `${by} ${value}` : text.without(by)}{" "}
      <small>
        {count(group.length)} · {text.mean(decimal(meanLoad(group), 0))}
      </small>
    </>
  );
}

/** A node in words. */
export function useCell() {
  const text = useText().pool;
  return (node: BriefNode) => {
    const { name, state, expected_cpu, serving, wanted } = node;
    const load = decimal(loadStep(node) === null ? null : expected_cpu, 0);
    return text.grid.cell(name, load, text.states[state], serving, wanted);
  };
}

function Cell({ node, onGo }: { node: BriefNode; onGo: (path: string) => void }) {
  const text = useText().pool;
  const { name, state, expected_cpu } = node;
  const step = loadStep(node);
  const told = useCell()(node);
  return (
    <li>
      <Link
        to={nodePath(name)}
        onGo={onGo}
        class={`node ${step === null ? "" : `load-${step}`} ${state}`}
        title={told}
      >
        <span class="node-name">{name}</span>
        <span class="node-load">{state === "lost" ? text.states.lost : `${decimal(expected_cpu, 0)} %`}</span>
        <Ticks node={node} />
        {state !== "ready" && <StateSign state={state} />}
      </Link>
    </li>
  );
}

/** Runs of marks: one element each, however many they are. */
function Ticks({ node }: { node: BriefNode }) {
  const { more, ...runs } = ticksOf(node);
  return (
    <span class="ticks" aria-hidden="true">
      {Object.entries(runs).map(([kind, n]) => (
        <i key={kind} class={kind} style={{ width: `${n * tickWidth}px` }} />
      ))}
      {more > 0 && <small>+{more}</small>}
    </span>
  );
}

/** Pixels of a mark and the gap behind it, as in the styles. */
const tickWidth = 4;

/** What the colours and marks mean. */
export function Legend({ perMark }: { perMark: number }) {
  const text = useText().pool.grid;
  const bounds = [0, ...loadSteps, 100];
  return (
    <p class="grid-legend">
      {text.legend}
      {bounds.slice(0, -1).map((from, i) => (
        <span key={from} class={`load-${i}`}>
          {from}–{bounds[i + 1]}
        </span>
      ))}
      <small>
        {text.perMark(perMark)}; {text.ticks}
      </small>
    </p>
  );
}
