import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Waiting } from "../notice";
import { Panel } from "../panel";
import { DirectionBadge } from "../pool/badges";
import { placePath, servicePath } from "../pool/view";
import { useText } from "../text/language";

interface Props {
  id: string;
  zone: string | undefined;
  revision: number;
  onGo: (path: string) => void;
}

const most = 5; // and room for as many: see module.css

/** The newest decisions about a module's processes, a line each; nothing where none was ever made. */
export function DecisionsPanel({ id, zone, revision, onGo }: Props) {
  const text = useText().module.decisions;
  const found = useResource(`decisions ${id}`, revision, () => api.decisions({ path: id }, most));
  if (!found.data) return <Waiting error={found.error} />;
  if (found.data.decisions.length === 0) return null;
  const today = todayIn(zone);
  return (
    <Panel title={text.title} unit={text.unit} name="decisions-panel">
      <ol class="newest-decisions">
        {found.data.decisions.map((d, nth) => (
          <li key={`line ${nth}`}>
            <time datetime={d.at}>{moment(d.at, today)}</time>
            <DirectionBadge direction={d.direction} />
            <b>{d.current === d.desired ? d.desired : `${d.current} → ${d.desired}`}</b>
            <Link to={placePath({ kind: "services", id, explain: d.id })} onGo={onGo} title={d.reason}>
              {d.reason}
            </Link>
          </li>
        ))}
      </ol>
      <p class="reason">
        <Link to={servicePath(id)} onGo={onGo} class="way">
          {text.all}
        </Link>
      </p>
    </Panel>
  );
}
