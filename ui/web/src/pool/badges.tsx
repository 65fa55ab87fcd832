import type { Direction, NodeState, Service, Worker, WorkerState } from "../api/pool";
import { useText } from "../text/language";
import type { Kind } from "./view";

/** Signs beside the words and colours. */
const nodeSigns: Record<NodeState, string> = { ready: "✓", draining: "↷", cordoned: "⊘", lost: "✕" };

export const StateSign = ({ state }: { state: NodeState }) => (
  <i class={`sign node-${state}`} aria-hidden="true">
    {nodeSigns[state]}
  </i>
);

/** How a node is. */
export function NodeBadge({ state }: { state: NodeState }) {
  const text = useText().pool;
  return (
    <span class="badge" title={text.stateTitles[state]}>
      <StateSign state={state} /> {text.states[state]}
    </span>
  );
}

const workerSigns: Record<WorkerState, string> = {
  pending: "…",
  starting: "▸",
  ready: "✓",
  unhealthy: "!",
  backoff: "↻",
  draining: "↷",
  stopped: "■",
  refused: "⊘",
  lost: "✕",
};

/** How a worker is. */
export function WorkerBadge({ worker }: { worker: Worker }) {
  const text = useText().pool;
  return (
    <span class="badge">
      <i class={`sign worker-${worker.state}`} aria-hidden="true">
        {workerSigns[worker.state]}
      </i>{" "}
      {text.workerStates[worker.state]}
    </span>
  );
}

/** What is done with the decisions, and what people have ordered. */
export function ModeBadges({ kind, service }: { kind: Kind; service: Service | null }) {
  const text = useText().pool;
  return (
    <span class="modes">
      <span class={`tag ${kind}`} title={text.kindTitles[kind]}>
        {text.kinds[kind]}
      </span>
      {service?.hold && (
        <span class="tag order" title={service.hold.why}>
          ‖ {text.held}
        </span>
      )}
      {service?.manual && (
        <span class="tag order" title={service.manual.why}>
          {text.manual(service.manual.workers)}
        </span>
      )}
      {service && !service.configured && (
        <span class="tag order">{service.retiring ? text.retiring : text.unconfigured}</span>
      )}
    </span>
  );
}

const arrows: Record<Direction, string> = { out: "↑", in: "↓", hold: "=" };

/** Which way a decision goes. */
export function DirectionBadge({ direction }: { direction: Direction }) {
  const { directions } = useText().pool.decisions;
  return (
    <span class="badge">
      <i class={`sign direction-${direction}`} aria-hidden="true">
        {arrows[direction]}
      </i>{" "}
      {directions[direction]}
    </span>
  );
}
