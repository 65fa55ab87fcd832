import { api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import type { Lease } from "../api/mutes";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { modulePath, namesOf } from "../state/view";
import { count, secondsBetween, span } from "../text/format";
import { useText } from "../text/language";
import { running } from "./leases";
import { NotSetUp } from "./notsetup";
import { alarmPath } from "./view";
import { moment } from "./words";

interface Props {
  today: string; // YYYY-MM-DD
  revision: number;
  onGo: (path: string) => void;
}

/** The change runs that hide the alarms that they expect, and those that are over. */
export function ChangePart({ today, revision, onGo }: Props) {
  const text = useText().alarms.changes;
  const leases = useResource("leases", revision, api.leases);
  const [open, over] = running(leases.data ?? []);
  const lines = (list: Lease[]) => (
    <ul class="mute-list">
      {list.map((lease) => (
        <LeaseLine key={lease.id} lease={lease} today={today} onGo={onGo} />
      ))}
    </ul>
  );
  return (
    <div class="alarm-panels">
      <Panel title={text.running} unit={text.unit}>
        <Loaded of={leases} empty="" isEmpty={() => false}>
          {() => (open.length > 0 ? lines(open) : <NotSetUp about={text.none} setting={leaseExample} />)}
        </Loaded>
      </Panel>
      {over.length > 0 && <Panel title={text.over}>{lines(over)}</Panel>}
    </div>
  );
}

const leaseExample = "headroom change --kind=deploy --path=Qzone/WNS -- ./deploy.sh";

interface LineProps {
  lease: Lease;
  today: string;
  onGo: (path: string) => void;
}

function LeaseLine({ lease, today, onGo }: LineProps) {
  const text = useText().alarms;
  const say = text.changes;
  const { run, kind, who, note, nodes, paths, effect, expected, basis, hidden, over, fires, firing } = lease;
  const now = new Date(serverNow()).toISOString();
  return (
    <li>
      <span class="when">
        {lease.ended_at
          ? say.fromTo(moment(lease.started_at, today), moment(lease.ended_at, today))
          : say.since(moment(lease.started_at, today))}
        <small>
          {lease.how
            ? (say.hows[lease.how] ?? lease.how)
            : say.heard(span(secondsBetween(lease.heartbeat_at, now)), moment(lease.until, today))}
        </small>
      </span>
      <span class="what">
        <b>{kind}</b> {run} {who && text.byWhom(who)}
        <span class="sub">{[note, effect.join(" | "), lease.result].filter(Boolean).join(" · ")}</span>
        <span class="scope">
          {paths.map((path) => (
            <Link key={path} to={modulePath(path, "")} onGo={onGo} class="way">
              {namesOf(path).join(" › ")}
            </Link>
          ))}{" "}
          {nodes.length > 0 && <span title={nodes.join("\n")}>{say.nodes(nodes.length)}</span>}
        </span>
      </span>
      <span class="hides">
        <b>{(lease.how ? say.hid : say.hides)(count(hidden), count(expected))}</b>
        <small>{basis}</small>
        {over > 0 && <small class="over">{say.beyond(over)}</small>}
        {fires > 0 && <small class="over">{lease.how ? say.fires(fires) : say.firesNow(fires)}</small>}
      </span>
      {firing.length > 0 && (
        <details>
          <summary>{say.firing(firing.length)}</summary>
          <ul class="module-alarms">
            {firing.map(({ id, name, began_at }) => (
              <li key={id}>
                <time datetime={began_at}>{moment(began_at, today)}</time>
                <Link to={alarmPath({ id, explain: false })} onGo={onGo}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
