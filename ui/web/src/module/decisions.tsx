import { todayIn } from "../alarms/range";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Panel } from "../panel";
import { DecisionsList } from "../pool/decisionlist";
import { placePath, servicePath } from "../pool/view";
import { useText } from "../text/language";

interface Props {
  id: string;
  zone: string | undefined;
  revision: number;
  onGo: (path: string) => void;
}

const most = 5;

/** The newest decisions about a module's processes; nothing where none was ever made. */
export function DecisionsPanel({ id, zone, revision, onGo }: Props) {
  const text = useText().module.decisions;
  const found = useResource(`decisions ${id}`, revision, () => api.decisions({ path: id }, most));
  if (!found.data?.decisions.length) return null;
  return (
    <Panel title={text.title} unit={text.unit} name="decisions-panel">
      <DecisionsList
        decisions={found.data.decisions}
        today={todayIn(zone)}
        named={false}
        explain=""
        pathTo={(explain) => placePath({ kind: "services", id, explain })}
        onGo={onGo}
      />
      <p class="reason">
        <Link to={servicePath(id)} onGo={onGo} class="way">
          {text.all}
        </Link>
      </p>
    </Panel>
  );
}
