import { useNow } from "../alarms/now";
import { api } from "../api/client";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { span } from "../text/format";
import { useText } from "../text/language";
import { TreePage } from "../tree/page";
import { DecisionPart } from "./decisionpart";
import { type Fresh, staleSeconds, useFresh } from "./fresh";
import { NodePart } from "./nodepart";
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
  levels: string[]; // names of the hierarchy's labels
  nodes: number; // that have joined
}

/** Who needs workers, on which machines they run, and what was decided. */
export function PoolPage({ shown, view, revision, status, onView, onGo, onBack }: Props) {
  const text = useText().pool;
  useKeys(shown ? { Escape: onBack } : {});
  return (
    <TreePage
      class="pool-page"
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
            {...{ shown, view, revision, onView, onGo }}
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
  const text = useText().pool.parts;
  return (
    <nav class="parts" aria-label={text.title}>
      {parts.map((part) => (
        <Link
          key={part}
          to={poolPath({ ...defaultPool, path: view.path, part })}
          onGo={onGo}
          current={part === view.part}
        >
          {text[part]}
        </Link>
      ))}
    </nav>
  );
}

function Body(props: Omit<PartProps, "nodes">) {
  const { view, shown, revision, onGo } = props;
  const pool = useFresh(`pool ${view.path}`, revision, shown, () => api.pool(view.path));
  if (!pool.data) return pool.error ? <Failure error={pool.error} /> : <Loading />;
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
