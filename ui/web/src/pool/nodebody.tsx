import { useNow } from "../alarms/now";
import { momentIn, todayIn } from "../alarms/range";
import { ApiError, api } from "../api/client";
import type { Order, PoolNode } from "../api/pool";
import { type Fact, FactList } from "../module/facts";
import { Waiting } from "../notice";
import { Panel } from "../panel";
import { count, decimal, span } from "../text/format";
import { useText } from "../text/language";
import { NodeActions } from "./actions";
import { NodeBadge } from "./badges";
import { useFresh } from "./fresh";
import { Stale } from "./page";
import type { PlaceProps } from "./place";
import { nodeSentence } from "./sentence";
import { WorkerTable } from "./workertable";

/** All about one node: its state in a sentence, its workers, what can be ordered. */
export function NodeBody({ view, revision, zone, onGo }: PlaceProps) {
  const text = useText().pool;
  const found = useFresh(`node ${view.id}`, revision, true, () => api.node(view.id));
  const missing = found.error instanceof ApiError && found.error.code === 404;
  if (missing) return <p class="nothing">{text.noNode}</p>;
  const node = found.data;
  if (!node) return <Waiting error={found.error} />;
  const workers = node.workers ?? [];
  return (
    <>
      <Stale of={found} />
      <div>
        <p class="badges">
          <NodeBadge state={node.state} />
          {node.reason && node.state !== "lost" && <span>{node.reason}</span>}
        </p>
        <Headline node={node} />
        <NodeActions node={node} onDone={found.again} />
        <div class="columns">
          <div class="charts">
            <Panel title={text.workers} unit={count(workers.length)}>
              {workers.length === 0 ? (
                <p class="nothing">{text.noWorkers}</p>
              ) : (
                <WorkerTable workers={workers} place="service" zone={zone} onDone={found.again} onGo={onGo} />
              )}
            </Panel>
          </div>
          <div class="charts">
            <Panel title={text.facts}>
              <NodeFacts node={node} zone={zone} />
            </Panel>
          </div>
        </div>
      </div>
    </>
  );
}

function Headline({ node }: { node: PoolNode }) {
  const text = useText().pool;
  const now = useNow();
  return <p class={`headline ${node.state === "lost" ? "up" : ""}`}>{nodeSentence(node, now, text)}</p>;
}

const gib = (bytes: number) => decimal(bytes / 2 ** 30);

function NodeFacts({ node, zone }: { node: PoolNode; zone: string | undefined }) {
  const text = useText();
  const say = text.pool.nodeFacts;
  const now = useNow();
  const { resources, load } = node;
  const today = todayIn(zone);
  const when = (time: string) => momentIn(time, zone, today);
  const order = ({ who, at }: Order) => say.ordered(who, when(at));
  const facts: [string, string | false][] = [
    [say.expected, `${decimal(node.expected_cpu)} %`],
    [say.now, `${decimal(load.cpu)} %`],
    [say.cores, decimal(resources.cores, Number.isInteger(resources.cores) ? 0 : 1)],
    [say.memory, `${gib(load.memory_used)} / ${gib(resources.memory)} GiB`],
    [
      say.labels,
      Object.entries(resources.labels ?? {})
        .map((pair) => pair.join("="))
        .join(", "),
    ],
    [say.address, resources.address],
    [say.cgroups, resources.cgroups],
    [say.most, resources.max_workers > 0 && count(resources.max_workers)],
    [say.version, node.version],
    [say.first, when(node.first_seen)],
    [say.seen, say.ago(span((now - Date.parse(node.last_seen)) / 1000))],
    [say.synced, node.synced ? text.pool.yes : text.pool.no],
    [say.cordon, node.cordon ? order(node.cordon) : false],
    [say.drain, node.drain ? order(node.drain) : false],
  ];
  return <FactList facts={facts.flatMap(([name, value]): Fact[] => (value ? [[name, [value]]] : []))} />;
}
