import { api } from "../api/client";
import type { Flow, FlowFault } from "../api/flows";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Waiting } from "../notice";
import { useText } from "../text/language";
import type { PartProps } from "./page";
import { StartForm } from "./startform";
import { ToolList } from "./toollist";
import { changesPath, runPath } from "./view";

/** The flows that can be started. */
export function FlowPart({ view, revision, onView, onGo }: PartProps) {
  const text = useText().changes.flows;
  const flows = useResource("flows", revision, api.flows);
  const tools = view.state === "tools";
  const ways = (
    <p class="ways">
      <Link
        to={changesPath({ ...view, chosen: "", fill: "", state: tools ? "" : "tools" })}
        onGo={onGo}
        class="way"
      >
        {tools ? text.backToFlows : text.tools}
      </Link>
    </p>
  );
  if (tools)
    return (
      <>
        {ways}
        <ToolList />
      </>
    );
  if (!flows.data) return <Waiting error={flows.error} />;
  if (flows.data.length === 0) return <p class="nothing">{text.none}</p>;
  return (
    <>
      {ways}
      <ul class="flow-list">
        {flows.data.map((flow) => (
          <Line
            key={`${flow.name} ${flow.source}`}
            flow={flow}
            open={flow.name === view.chosen}
            fill={flow.name === view.chosen ? view.fill : ""}
            path={view.path}
            onOpen={(open) => onView({ ...view, chosen: open ? flow.name : "", fill: "" })}
            onStarted={(run) => {
              onView({ ...view, chosen: "", fill: "" });
              onGo(runPath(run));
            }}
          />
        ))}
      </ul>
    </>
  );
}

interface LineProps {
  flow: Flow;
  open: boolean;
  fill: string;
  path: string;
  onOpen: (open: boolean) => void;
  onStarted: (run: string) => void;
}

function Line({ flow, open, fill, path, onOpen, onStarted }: LineProps) {
  const text = useText().changes.flows;
  const { name, title, description, source, faults } = flow;
  const can = faults.length === 0;
  return (
    <li class="flow">
      <div class="flow-head">
        <b>{title || name}</b> <code>{name}</code>{" "}
        <span class="tag">{source === "shipped" ? text.shipped : source}</span>
        {can && (
          <button type="button" class="action" aria-expanded={open} onClick={() => onOpen(!open)}>
            {open ? text.close : text.start}
          </button>
        )}
      </div>
      {description && <p class="about">{description}</p>}
      {!can && (
        <>
          <p class="bad">{text.faulty}</p>
          <ul class="faults">
            {faults.map((fault) => (
              <li key={`${fault.line} ${fault.key}`}>{faultText(fault)}</li>
            ))}
          </ul>
        </>
      )}
      {open && can && (
        <StartForm flow={flow} fill={fill} path={path} onStarted={onStarted} onCancel={() => onOpen(false)} />
      )}
    </li>
  );
}

/** As "line 4: steps[0].tool: there is no such tool". */
const faultText = ({ line, key, problem }: FlowFault) =>
  [line > 0 && `line ${line}`, key, problem].filter(Boolean).join(": ");
