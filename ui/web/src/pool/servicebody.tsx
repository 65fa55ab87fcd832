import { useState } from "preact/hooks";
import { useNow } from "../alarms/now";
import { momentIn, todayIn } from "../alarms/range";
import { api, serverNow } from "../api/client";
import type { Decision, Service, Worker } from "../api/pool";
import { explainPath } from "../explain/view";
import { Link } from "../link";
import { Waiting } from "../notice";
import { Loaded, Panel } from "../panel";
import { modulePath, namesOf } from "../state/view";
import { Command } from "../table/empty";
import { count, decimal, span, unknown } from "../text/format";
import { useText } from "../text/language";
import { ServiceActions } from "./actions";
import { ModeBadges } from "./badges";
import { BusyChart, WorkersChart } from "./chart";
import { DecisionsList } from "./decisionlist";
import { serviceLines } from "./empty";
import { lateSeconds, useFresh } from "./fresh";
import { loadSeries, loadService } from "./load";
import { ordersOf } from "./orders";
import { Stale } from "./page";
import type { PlaceProps } from "./place";
import { PolicyFacts } from "./policyfacts";
import { serviceSentence } from "./sentence";
import { groupWorkers, spreadOf } from "./services";
import { defaultPool, placePath, poolPath } from "./view";
import { WorkerTable } from "./workertable";

/** All about one service: what was decided in a sentence, its series, decisions and workers. */
export function ServiceBody(props: PlaceProps) {
  const { view, revision, zone, onGo } = props;
  const { pool: text, explain } = useText();
  const now = useNow();
  const found = useFresh(`service ${view.id}`, revision, true, () => loadService(view.id));
  if (!found.data) return <Waiting error={found.error} />;
  const { service, decision } = found.data;
  if (!service && !decision) return <p class="nothing">{text.noService}</p>;
  const late = lateSeconds(decision?.at, now);
  const today = todayIn(zone);
  const until = service?.hold?.until ? momentIn(service.hold.until, zone, today) : "";
  return (
    <>
      <Stale of={found} />
      <div>
        <p class="badges">
          <ModeBadges kind={service?.mode ?? "only"} service={service} />
          <Link to={modulePath(view.id, "")} onGo={onGo} class="way">
            {text.module}
          </Link>
          {decision && (
            <Link to={explainPath({ id: decision.id, model: "" })} onGo={onGo} class="way">
              {explain.all}
            </Link>
          )}
        </p>
        <p class={`headline ${late !== null ? "stale" : decision?.short ? "up" : ""}`}>
          {late !== null && `${text.oldDecision(span(late))} `}
          {serviceSentence(service, decision, until, text)}
        </p>
        {service && <Orders service={service} zone={zone} />}
        {service && <ServiceActions service={service} onDone={found.again} />}
        {!service && (
          <details class="pool-banner only">
            <summary>{text.onlyText}</summary>
            <Command line={serviceLines(view.id)} />
          </details>
        )}
        <div class="columns">
          <div class="charts">
            <Charts {...props} decision={decision} service={service} />
            <Decisions {...props} />
            {service && <Workers service={service} zone={zone} onDone={found.again} onGo={onGo} />}
          </div>
          <div class="charts">
            {service && service.proxies.length > 0 && <ByProxy service={service} />}
            <PolicyFacts service={service} decision={decision} />
          </div>
        </div>
      </div>
    </>
  );
}

/** What people have ordered, and why. */
function Orders({ service, zone }: { service: Service; zone: string | undefined }) {
  const text = useText().pool;
  const today = todayIn(zone);
  return (
    <ul class="orders">
      {ordersOf(service, text).map(([what, { who, why, at }]) => (
        <li key={what}>
          <b>{what}</b> {text.nodeFacts.ordered(who, momentIn(at, zone, today))}
          {why && `: ${why}`}
        </li>
      ))}
    </ul>
  );
}

type ChartProps = PlaceProps & { service: Service | null; decision: Decision | null };

function Charts({ view, revision, zone, levels, service, decision }: ChartProps) {
  const text = useText().pool;
  // A minute has one value: the revision comes with it.
  const series = useFresh(`series ${view.id}`, revision, true, () =>
    loadSeries(view.id, levels, serverNow()),
  );
  const target = service?.policy.target ?? decision?.target ?? 0;
  const scaleIn = service?.policy.scale_in ?? decision?.scale_in ?? 0;
  const now = decimal(decision?.fraction == null ? null : 100 * decision.fraction);
  const resource = { data: series.data, error: series.error, mutate: () => {} };
  const nothing = (values: (number | null)[]) => values.every((v) => v === null);
  return (
    <>
      <Panel title={text.busyChart} unit={text.busyUnit}>
        <Loaded of={resource} empty={text.noSeries} isEmpty={(s) => nothing(s.busy)}>
          {(s) => (
            <BusyChart
              series={s}
              zone={zone}
              target={target}
              scaleIn={scaleIn}
              label={text.chartLabel(now, decimal(100 * target, 0))}
            />
          )}
        </Loaded>
      </Panel>
      <Panel title={text.workersChart}>
        <Loaded of={resource} empty={text.noSeries} isEmpty={(s) => nothing(s.desired)}>
          {(s) => (
            <WorkersChart
              series={s}
              zone={zone}
              label={text.workersLabel(`${service?.serving ?? unknown}`, `${decision?.desired ?? unknown}`)}
            />
          )}
        </Loaded>
      </Panel>
    </>
  );
}

type WorkersProps = {
  service: Service;
  zone: string | undefined;
  onDone: () => void;
  onGo: (path: string) => void;
};

/** The workers, by the node on which they run or by the proxy that they serve behind. */
function Workers({ service, zone, onDone, onGo }: WorkersProps) {
  const text = useText().pool;
  const [byProxy, setByProxy] = useState(false);
  const workers = service.workers ?? [];
  const nameOf = (worker: Worker) => worker.proxy || text.oneProxy;
  const groups: [string, Worker[]][] = byProxy ? groupWorkers(workers, nameOf) : [["", workers]];
  return (
    <Panel title={text.workers} unit={count(workers.length)}>
      {service.proxies.length > 0 && (
        <p class="ways">
          <button type="button" class="action" aria-pressed={!byProxy} onClick={() => setByProxy(false)}>
            {text.byNode}
          </button>
          <button type="button" class="action" aria-pressed={byProxy} onClick={() => setByProxy(true)}>
            {text.byProxy}
          </button>
        </p>
      )}
      {workers.length === 0 && <p class="nothing">{text.noWorkers}</p>}
      {groups.map(
        ([name, group]) =>
          group.length > 0 && (
            <div key={name}>
              {name && <h3>{name}</h3>}
              <WorkerTable workers={group} place="node" zone={zone} onDone={onDone} onGo={onGo} />
            </div>
          ),
      )}
    </Panel>
  );
}

/** Each proxy with its workers as a bar: equal ones look equal. */
function ByProxy({ service }: { service: Service }) {
  const text = useText().pool;
  const each = Object.entries(service.behind ?? {});
  const spread = spreadOf(service.behind);
  const top = Math.max(1, ...each.map(([, n]) => n));
  return (
    <Panel title={text.byProxy} unit={spread === null ? "" : spread === 0 ? text.even : text.apart(spread)}>
      <ul class="by-proxy">
        {each.map(([proxy, n]) => (
          <li key={proxy}>
            <span>{proxy}</span>
            <span class="meter" aria-hidden="true">
              <i style={{ width: `${(100 * n) / top}%` }} />
            </span>
            <b>{n}</b>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Decisions that are listed here; all are on the pool's page. */
const most = 6;

function Decisions({ view, revision, zone, onGo }: PlaceProps) {
  const text = useText().pool;
  const list = useFresh(`decisions of ${view.id}`, revision, true, () =>
    api.decisions({ path: view.id }, most),
  );
  const resource = { data: list.data?.decisions, error: list.error, mutate: () => {} };
  return (
    <Panel title={text.ofService} unit={namesOf(view.id).at(-1) ?? ""}>
      <Loaded of={resource} empty={text.decisions.none} isEmpty={(d) => d.length === 0}>
        {(decisions) => (
          <>
            <DecisionsList
              decisions={decisions}
              today={todayIn(zone)}
              named={false}
              explain={view.explain}
              pathTo={(explain) => placePath({ ...view, explain })}
              onGo={onGo}
            />
            {list.data?.more && (
              <p class="reason">
                <Link
                  to={poolPath({ ...defaultPool, part: "decisions", path: view.id })}
                  onGo={onGo}
                  class="way"
                >
                  {text.decisions.ofAll}
                </Link>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
