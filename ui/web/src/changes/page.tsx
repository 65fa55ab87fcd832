import type { ComponentType } from "preact";
import { useNow } from "../alarms/now";
import type { Status } from "../api/types";
import { useText } from "../text/language";
import { PartsPage } from "../tree/parts";
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
export function ChangesPage(props: Props) {
  const { view, onView } = props;
  const text = useText().changes;
  const now = useNow();
  const Body = bodies[view.part];
  return (
    <PartsPage
      {...props}
      class="pool-page changes-page"
      title={text.title}
      path={view.path}
      parts={parts}
      part={view.part}
      names={text.parts}
      // The filters of one part mean nothing to the others.
      to={(part) => changesPath({ ...defaultChanges, path: view.path, part })}
      onPath={(path) => onView({ ...view, path })}
    >
      {(setting) => <Body {...props} {...setting} now={now} />}
    </PartsPage>
  );
}
