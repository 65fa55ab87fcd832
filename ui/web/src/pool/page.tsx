import { useNow } from "../alarms/now";
import { api } from "../api/client";
import type { Status } from "../api/types";
import { Waiting } from "../notice";
import { span } from "../text/format";
import { useText } from "../text/language";
import { PartsPage } from "../tree/parts";
import { DecisionPart } from "./decisionpart";
import { type Fresh, staleSeconds, useFresh } from "./fresh";
import { NodePart } from "./nodepart";
import { ReplayPart } from "./replaypart";
import { ServicePart } from "./servicepart";
import { Totals } from "./totals";
import { defaultPool, type PoolView, parts, poolPath } from "./view";

interface Props {
  shown: boolean;
  view: PoolView;
  revision: number;
  status: Status | undefined;
  onView: (view: PoolView) => void;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** What a part of the page needs. */
export interface PartProps extends Pick<Props, "shown" | "view" | "revision" | "onView" | "onGo"> {
  zone: string | undefined;
  busy: string; // a series of processes that tell how busy they are, as an example
  nodes: number; // that have joined
}

/** Who needs workers, on which machines they run, and what was decided. */
export function PoolPage(props: Props) {
  const { view, onView } = props;
  const text = useText().pool;
  return (
    <PartsPage
      {...props}
      class="pool-page"
      title={text.title}
      path={view.path}
      parts={parts}
      part={view.part}
      names={text.parts}
      // The filters of one part mean nothing to the others.
      to={(part) => poolPath({ ...defaultPool, path: view.path, part })}
      onPath={(path) => onView({ ...view, path })}
    >
      {(setting) => <Body {...props} {...setting} />}
    </PartsPage>
  );
}

function Body(props: Omit<PartProps, "nodes">) {
  const { view, shown, revision, onGo } = props;
  const pool = useFresh(`pool ${view.path}`, revision, shown, () => api.pool(view.path));
  if (!pool.data) return <Waiting error={pool.error} />;
  const nodes = Object.values(pool.data.total.nodes).reduce((sum, n) => sum + n, 0);
  const part = { ...props, nodes };
  return (
    <>
      <Stale of={pool} />
      <div class={pool.old ? "old" : ""}>
        <Totals pool={pool.data} view={view} onGo={onGo} />
      </div>
      {view.part === "services" && <ServicePart {...part} />}
      {view.part === "nodes" && <NodePart {...part} />}
      {view.part === "decisions" && <DecisionPart {...part} />}
      {view.part === "replay" && <ReplayPart {...part} />}
    </>
  );
}

/** How old what is shown is, once that is too long. */
export function Stale({ of }: { of: Fresh<unknown> }) {
  const text = useText().pool;
  const seconds = staleSeconds(of, useNow());
  if (seconds === null) return null;
  return (
    <p class="pool-stale" role="status">
      {text.stale(span(seconds))}
    </p>
  );
}
