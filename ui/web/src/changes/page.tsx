import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useNow } from "../alarms/now";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Loading } from "../notice";
import { useText } from "../text/language";
import { TreePage } from "../tree/page";
import { AccessPart } from "./accesspart";
import { AuditPart } from "./auditpart";
import { ConsistencyPart } from "./consistencypart";
import { FlowPart } from "./flowpart";
import { OperationsPart } from "./operationspart";
import { RegistryPart } from "./registrypart";
import { RequestPart } from "./requestpart";
import { RunPart } from "./runpart";
import { SchedulePart } from "./schedulepart";
import { type ChangesView, changesPath, defaultChanges, type Part, parts } from "./view";

interface Props {
  shown: boolean;
  view: ChangesView;
  revision: number;
  status: Status | undefined;
  onView: (view: ChangesView) => void;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** What a part of the page needs. */
export interface PartProps extends Pick<Props, "shown" | "view" | "revision" | "onView" | "onGo"> {
  zone: string | undefined;
  levels: string[]; // names of the hierarchy's labels
  now: number; // the server's, in Unix milliseconds
}

/** The parts that there are. */
const bodies: Record<Part, ComponentType<PartProps>> = {
  runs: RunPart,
  flows: FlowPart,
  schedules: SchedulePart,
  requests: RequestPart,
  consistency: ConsistencyPart,
  registry: RegistryPart,
  operations: OperationsPart,
  access: AccessPart,
  audit: AuditPart,
};

/** Everything that changes the fleet, and what it should be like. */
export function ChangesPage({ shown, view, revision, status, onView, onGo, onBack }: Props) {
  const text = useText().changes;
  const now = useNow();
  useKeys(shown ? { Escape: onBack } : {});
  const Body = bodies[view.part];
  return (
    <TreePage
      class="pool-page changes-page"
      title={text.title}
      hidden={!shown}
      path={view.path}
      status={status}
      tools={<Parts view={view} onGo={onGo} />}
      onPath={(path) => onView({ ...view, path })}
    >
      <div class="sheets">
        {status ? (
          <Body
            {...{ shown, view, revision, onView, onGo, now }}
            zone={knownZone(status.timezone)}
            levels={status.levels ?? []}
          />
        ) : (
          <Loading />
        )}
      </div>
    </TreePage>
  );
}

/** The parts beside each other; the filters of one mean nothing to the others. */
function Parts({ view, onGo }: Pick<Props, "view" | "onGo">) {
  const text = useText().changes.parts;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view.part]);
  return (
    <nav ref={nav} class="parts" aria-label={text.title}>
      {parts.map((part) => (
        <Link
          key={part}
          to={changesPath({ ...defaultChanges, path: view.path, part })}
          onGo={onGo}
          current={part === view.part}
        >
          {text[part]}
        </Link>
      ))}
    </nav>
  );
}
