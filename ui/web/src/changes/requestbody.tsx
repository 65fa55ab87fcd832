import { moment } from "../alarms/words";
import { api } from "../api/client";
import type { AskedRequest, RequestAction, RequestCheck } from "../api/requests";
import { Link } from "../link";
import { useMe } from "../me";
import { OrderActions } from "../pool/orderactions";
import { modulePath, namesOf } from "../state/view";
import { useText } from "../text/language";
import { labelled, partOf } from "./requestform";
import { Values } from "./run";
import { runPath } from "./view";

interface Props {
  request: AskedRequest;
  today: string; // YYYY-MM-DD
  onChange: () => void;
  onGo: (path: string) => void;
}

/** What is asked for, what the rules say, who can approve it, and what has happened. */
export function RequestBody({ request, today, onChange, onGo }: Props) {
  const text = useText().changes.requests;
  const { kind, path, reason, run, checks, approvers, approvals, history, proposal, state } = request;
  const { forecast, ...asked } = partOf(request, kind);
  return (
    <div class="opened">
      {path && (
        <p>
          <Link to={modulePath(path, "")} onGo={onGo} class="way">
            {namesOf(path).join(" › ")}
          </Link>
        </p>
      )}
      {reason && state !== "open" && <p class={state === "failed" ? "bad" : ""}>{reason}</p>}
      {state === "open" && (
        <p>
          {text.approvedBy(approvers.who ?? [], approvers.at_least)}
          {approvals.length > 0 && ` ${text.approvedSoFar(approvals.join(", "))}`}
        </p>
      )}
      {run && (
        <p>
          <Link to={runPath(run)} onGo={onGo} class="way">
            {text.run(request.flow ?? "")}
          </Link>
        </p>
      )}
      <Actions request={request} onChange={onChange} />
      <div class="in-and-out">
        <div>
          <h4>{text.asked}</h4>
          <Values of={labelled(asked, text.fields)} />
        </div>
        <div>
          <h4>{text.checks}</h4>
          <Checks checks={checks} />
          {typeof forecast === "object" && forecast !== null && "reason" in forecast && (
            <p>{`${forecast.reason}`}</p>
          )}
        </div>
      </div>
      {proposal && (
        <>
          <h4>{text.proposal}</h4>
          <pre class="proposal">{proposal}</pre>
        </>
      )}
      <h4>{text.history}</h4>
      <ol class="run-actions">
        {history.map((step) => (
          <li key={`${step.at} ${step.what} ${step.who}`}>
            <time datetime={step.at}>{moment(step.at, today)}</time>{" "}
            <b>
              {step.who}: {text.whats[step.what] ?? step.what}
            </b>{" "}
            {step.why}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What rules say, each with a sign beside its words. */
export function Checks({ checks }: { checks: RequestCheck[] }) {
  if (checks.length === 0) return null;
  return (
    <ul class="checks">
      {checks.map(({ name, ok, says }) => (
        <li key={name} class={ok ? "" : "bad"}>
          <i aria-hidden="true">{ok ? "✓" : "!"}</i> {says}
        </li>
      ))}
    </ul>
  );
}

/** What somebody can do with a request now. */
function Actions({ request, onChange }: Pick<Props, "request" | "onChange">) {
  const text = useText().changes.requests;
  // Who is named as an approver, and who asked, need no role.
  const me = useMe()?.name ?? "";
  const free = request.who === me || (request.approvers.who ?? []).some((who) => who !== "");
  const deedOf = (one: RequestAction) => ({ does: free ? "" : `request.${one}`, at: request.path });
  return (
    <OrderActions
      possible={request.may}
      names={text.actions}
      of="request"
      deedOf={deedOf}
      lacking={!free && request.may.includes("approve") ? deedOf("approve") : undefined}
      field={(action) => (action === "deliver" ? { label: text.fields.nodes ?? "", value: "" } : undefined)}
      send={(action, { who, reason }, value) =>
        api.orderRequest(request.id, {
          action,
          who,
          why: reason,
          ...(action === "deliver" && { nodes: value.split(/[,\s]+/).filter(Boolean) }),
        })
      }
      onDone={onChange}
    />
  );
}
