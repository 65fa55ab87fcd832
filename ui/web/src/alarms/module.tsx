import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import { OutcomeBadge } from "./badge";
import { openFirst } from "./order";
import { rangeOf } from "./range";
import { alarmPath, alarmsPath, defaultAlarms } from "./view";
import { moment, summaryOf } from "./words";

interface Props {
  path: string; // id of the node
  today: string; // YYYY-MM-DD
  zone: string | undefined;
  revision: number;
  onGo: (path: string) => void;
}

const days = 7;
const most = 8;

/** The alarms of a node: those that are open, then the newest of the last days. */
export function ModuleAlarms({ path, today, zone, revision, onGo }: Props) {
  const text = useText().alarms;
  const { from } = rangeOf({ day: today, days }, today, zone);
  const alarms = useResource(`alarms ${path} ${from}`, revision, async () => {
    const [open, newest] = await Promise.all([
      api.alarms({ path, open: true }, most),
      api.alarms({ path, from }, most),
    ]);
    return openFirst(open.alarms, newest.alarms).slice(0, most);
  });
  const all = { ...defaultAlarms, path, days };
  return (
    <Panel title={text.onModule} unit={text.onModuleUnit}>
      <Loaded of={alarms} empty={text.onModuleNone} isEmpty={(list) => list.length === 0}>
        {(list) => (
          <>
            <ul class="module-alarms">
              {list.map((alarm) => (
                <li key={alarm.id}>
                  <time datetime={alarm.received_at}>{moment(alarm.received_at, today)}</time>
                  <OutcomeBadge outcome={alarm.outcome} />
                  <Link to={alarmPath({ id: alarm.id, explain: false })} onGo={onGo} title={summaryOf(alarm)}>
                    {alarm.kind}
                  </Link>
                </li>
              ))}
            </ul>
            <p class="reason">
              <Link to={alarmsPath(all)} onGo={onGo} class="way">
                {text.onModuleAll}
              </Link>
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
