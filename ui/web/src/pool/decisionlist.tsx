import { moment } from "../alarms/words";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Decision } from "../api/pool";
import { runPath } from "../changes/view";
import { explains, explainsAlone } from "../explain/terms";
import { explainPath } from "../explain/view";
import { Link } from "../link";
import { ExplanationList } from "../module/explanation";
import { Loaded } from "../panel";
import { namesOf } from "../state/view";
import { decimal } from "../text/format";
import { langOf, useText } from "../text/language";
import { DirectionBadge } from "./badges";
import { servicePath } from "./view";

interface Props {
  decisions: Decision[];
  today: string; // YYYY-MM-DD
  named: boolean; // each with its module
  explain: string; // id of the one that is explained
  pathTo: (explain: string) => string; // of this page with another explained
  onGo: (path: string) => void;
}

/** Decisions, each with its reason, the limits that changed it, and its arithmetic. */
export function DecisionsList({ decisions, today, named, explain, pathTo, onGo }: Props) {
  return (
    <ol class={named ? "decision-list named" : "decision-list"}>
      {decisions.map((decision) => (
        <Line
          key={decision.id}
          decision={decision}
          {...{ today, named, pathTo, onGo }}
          open={decision.id === explain}
        />
      ))}
    </ol>
  );
}

function Line({
  decision,
  today,
  named,
  open,
  pathTo,
  onGo,
}: Omit<Props, "decisions" | "explain"> & { decision: Decision; open: boolean }) {
  const text = useText().pool;
  const say = text.decisions;
  const { id, at, module, direction, current, desired, reason, cause, short, applied, run, fraction } =
    decision;
  return (
    <li class={`decision ${direction}`}>
      <time datetime={at}>{moment(at, today)}</time>
      <DirectionBadge direction={direction} />
      <b class="change" {...explainsAlone("workers", id)}>
        {current === desired ? desired : `${current} → ${desired}`}
      </b>
      <span class="fraction" {...explains("fraction", id)}>
        {fraction === null ? "" : `${decimal(100 * fraction, 0)} %`}
      </span>
      <div class="said">
        {named && (
          <Link to={servicePath(module)} onGo={onGo} class="main">
            {namesOf(module).join(" › ")}
          </Link>
        )}
        <span>
          <b>{say.causes[cause]}</b> <span lang={langOf(reason)}>{reason}</span>
        </span>
        {short && (
          <span class="bad" lang={langOf(short)}>
            ! {short}
          </span>
        )}
        <span class="marks-of">
          {(current !== desired || !applied) && !run && (
            <span class={applied ? "tag apply" : "tag"}>{applied ? say.applied : say.notApplied}</span>
          )}
          {run && (
            <Link to={runPath(run)} onGo={onGo} class="way">
              {say.run}
            </Link>
          )}
          {decision.caps.map((cap) => (
            <span key={cap.by} class="cap" title={cap.reason}>
              {say.cap(say.caps[cap.by] ?? cap.by, cap.from, cap.to)}
            </span>
          ))}
          <Link to={pathTo(open ? "" : id)} onGo={onGo} class="way" current={open}>
            {say.explain}
          </Link>
        </span>
        {open && <Explained id={id} onGo={onGo} />}
      </div>
    </li>
  );
}

/** Each step with its inputs, as the API and the terminal explain it. */
function Explained({ id, onGo }: { id: string; onGo: Props["onGo"] }) {
  const text = useText();
  const explanation = useResource(`explain ${id}`, 0, () => api.explain(id, ""));
  return (
    <div class="explained">
      <Loaded of={explanation} empty="–" isEmpty={(e) => e.steps.length === 0}>
        {(e) => <ExplanationList explanation={e} />}
      </Loaded>
      <Link to={explainPath({ id, model: "" })} onGo={onGo} class="way">
        {text.explain.all}
      </Link>
    </div>
  );
}
