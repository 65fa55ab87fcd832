import { api } from "../api/client";
import type { Flow } from "../api/flows";
import { useResource } from "../api/live";
import { Failure, Loading } from "../notice";
import { useText } from "../text/language";
import type { PartProps } from "./page";
import { StartForm } from "./startform";
import { runPath } from "./view";

/** The flows that can be started. */
export function FlowPart({ view, revision, onView, onGo }: PartProps) {
  const text = useText().changes.flows;
  const flows = useResource("flows", revision, api.flows);
  if (!flows.data) return flows.error ? <Failure error={flows.error} /> : <Loading />;
  if (flows.data.length === 0) return <p class="nothing">{text.none}</p>;
  return (
    <ul class="flow-list">
      {flows.data.map((flow) => (
        <Line
          key={`${flow.name} ${flow.source}`}
          flow={flow}
          open={flow.name === view.chosen}
          fill={flow.name === view.chosen ? view.fill : ""}
          path={view.path}
          onOpen={(open) => onView({ ...view, chosen: open ? flow.name : "", fill: "" })}
          onStarted={(run) => onGo(runPath(run))}
        />
      ))}
    </ul>
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
  const { name, source, faults, document } = flow;
  return (
    <li class="flow">
      <div class="flow-head">
        <b>{document?.title || name}</b> <code>{name}</code>{" "}
        <span class="tag">{source === "shipped" ? text.shipped : source}</span>
        {document && !faults?.length && (
          <button type="button" class="action" aria-expanded={open} onClick={() => onOpen(!open)}>
            {open ? text.close : text.start}
          </button>
        )}
      </div>
      {document?.description && <p class="about">{document.description}</p>}
      {faults && faults.length > 0 && (
        <>
          <p class="bad">{text.faulty}</p>
          <ul class="faults">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </>
      )}
      {open && document && (
        <StartForm
          document={document}
          fill={fill}
          path={path}
          onStarted={onStarted}
          onCancel={() => onOpen(false)}
        />
      )}
    </li>
  );
}
