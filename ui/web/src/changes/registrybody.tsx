import { moment } from "../alarms/words";
import { api } from "../api/client";
import type { RegistryNode } from "../api/fleet";
import { Link } from "../link";
import { Failure, Waiting } from "../notice";
import { useFresh } from "../pool/fresh";
import { modulePath, namesOf } from "../state/view";
import { useText } from "../text/language";
import { Values } from "./conflicts";
import { FactForm } from "./factform";
import { inLine } from "./facts";

const events = 50; // of the timeline

interface Props {
  id: string;
  shown: boolean;
  revision: number;
  today: string; // YYYY-MM-DD
  onChange: () => void;
  onGo: (path: string) => void;
}

/** What is known of a node, from where, and what happened to it. */
export function RegistryBody({ id, shown, revision, today, onChange, onGo }: Props) {
  const text = useText().changes.registry;
  const found = useFresh(`registry of ${id}`, revision, shown, () => api.registryNode(id));
  const node = found.old ? undefined : found.data;
  if (!node) return <Waiting error={found.error} />;
  const changed = () => {
    found.again();
    onChange();
  };
  return (
    <div class="opened">
      {node.in_tree && (
        <Link to={modulePath(id, "")} onGo={onGo} class="way">
          {text.toModule}
        </Link>
      )}
      <FactTable id={id} of={node} />
      {node.conflicts.map((one) => (
        <Values key={one.field} of={one} />
      ))}
      {node.faults.map(({ problem }) => (
        <p key={problem} class="bad">
          {problem}
        </p>
      ))}
      {node.callers.length > 0 && (
        <p>
          {text.callers}{" "}
          {node.callers.map((caller, i) => (
            <>
              {i > 0 && ", "}
              <Link to={modulePath(caller, "")} onGo={onGo} class="way">
                {namesOf(caller).join(" › ")}
              </Link>
            </>
          ))}
        </p>
      )}
      <FactForm id={id} node={node} onDone={changed} />
      {node.runbook && <Runbook of={node.runbook} />}
      <Timeline {...{ id, shown, revision, today, onGo }} />
    </div>
  );
}

function FactTable({ id, of }: { id: string; of: RegistryNode }) {
  const text = useText().changes.registry;
  if (of.values.length === 0) return <p class="nothing">{text.noFacts}</p>;
  return (
    <dl class="values facts-of">
      {of.values.map((v) => (
        <div key={v.field}>
          <dt>{text.fields[v.field] ?? v.field}</dt>
          <dd>
            {inLine(v.value)}{" "}
            <small title={[v.by, v.why].filter(Boolean).join(": ")}>
              {text.said(v.source, v.where)}
              {v.from !== id && ` · ${text.inherited(namesOf(v.from).join(" › "))}`}
              {v.by && ` · ${v.by}`}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What to do when a module fails: a link, or the text as it is written. */
function Runbook({ of }: { of: NonNullable<RegistryNode["runbook"]> }) {
  const text = useText().changes.registry;
  if (of.problem) return <p class="bad">{of.problem}</p>;
  if (of.url)
    return (
      <a class="way" href={of.url} rel="noreferrer" target="_blank">
        {text.runbook}
      </a>
    );
  return (
    <details>
      <summary>
        {text.runbook}: {of.file}
      </summary>
      <pre class="proposal wrapped">{of.text}</pre>
    </details>
  );
}

function Timeline({ id, shown, revision, today, onGo }: Omit<Props, "onChange">) {
  const text = useText().changes.registry;
  const found = useFresh(`timeline ${id}`, revision, shown, () => api.timeline(id, events));
  if (!found.data) return found.error ? <Failure error={found.error} /> : null;
  return (
    <>
      <h4>{text.timeline}</h4>
      {found.data.events.length === 0 && <p class="nothing">{text.noEvents}</p>}
      <ol class="run-actions">
        {found.data.events.map((one) => (
          <li key={`${one.at} ${one.kind} ${one.title}`}>
            <time datetime={one.at}>{moment(one.at, today)}</time>{" "}
            {one.url ? (
              <Link to={one.url.replace(/^\//, "")} onGo={onGo} class="way">
                {one.title}
              </Link>
            ) : (
              <b>{one.title}</b>
            )}{" "}
            {one.who} {one.text}
            {one.id !== id && <small> · {namesOf(one.id).join(" › ")}</small>}
          </li>
        ))}
      </ol>
    </>
  );
}
