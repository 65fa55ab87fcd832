import { moment } from "../alarms/words";
import { api } from "../api/client";
import type { Attempt, Run, RunStep } from "../api/flows";
import { explainPath } from "../explain/view";
import { Link } from "../link";
import { useFresh } from "../pool/fresh";
import { visit } from "../state/router";
import { span } from "../text/format";
import { useText } from "../text/language";
import { StepBadge } from "./badges";
import { Values } from "./run";
import { StepActions } from "./stepactions";
import { depthOf, lastedSeconds, listed } from "./steps";

interface Props {
  run: Run;
  steps: RunStep[];
  open: string; // path of the step that is open
  now: number; // Unix milliseconds
  today: string; // YYYY-MM-DD
  onOpen: (step: string) => void;
  onChange: () => void;
}

/** The steps in the order of the flow; one opens to what it was called with and what came of it. */
export function StepList({ run, steps, open, now, today, onOpen, onChange }: Props) {
  const text = useText().changes;
  if (steps.length === 0) return <p class="nothing">{text.runs.noSteps}</p>;
  return (
    <ol class="step-list">
      {steps.map((step) => (
        <li key={step.path} class={`step-of-run ${step.state}`} style={{ "--depth": depthOf(step.path) }}>
          <button
            type="button"
            class="line"
            aria-expanded={step.path === open}
            onClick={() => onOpen(step.path === open ? "-" : step.path)}
          >
            <StepBadge state={step.state} />
            <span class="name">
              <b>{step.title || step.id}</b>
              {step.item !== undefined && <code>{listed(step.item)}</code>}
              {step.tool && <small>{step.tool}</small>}
            </span>
            <span class="reason">{step.outputs?.done === false ? text.runs.didNothing : step.reason}</span>
            <time datetime={step.started}>{step.started ? moment(step.started, today) : ""}</time>
            <span class="lasted">
              <Lasted step={step} now={now} />
            </span>
          </button>
          {step.path === open && <Opened run={run} step={step} today={today} now={now} onChange={onChange} />}
        </li>
      ))}
    </ol>
  );
}

function Lasted({ step, now }: { step: RunStep; now: number }) {
  const text = useText().changes;
  const seconds = lastedSeconds(step.started, step.ended, now);
  return <>{seconds === null ? "" : text.duration(span(seconds))}</>;
}

function Opened({
  run,
  step,
  today,
  now,
  onChange,
}: Omit<Props, "steps" | "open" | "onOpen"> & { step: RunStep }) {
  const text = useText().changes.runs;
  const attempts = step.attempts ?? [];
  const newest = attempts.at(-1);
  return (
    <div class="opened">
      <p>
        <Link to={explainPath({ id: `run:${run.id}/${step.path}`, model: "" })} onGo={visit} class="way">
          {text.why}
        </Link>
      </p>
      {step.next && <p>{text.next(moment(step.next, today))}</p>}
      {step.may && step.may.length > 0 && !run.dry && <StepActions run={run} step={step} onDone={onChange} />}
      {attempts.length === 0 && <p class="nothing">{text.notBegun}</p>}
      {attempts.toReversed().map((attempt) => (
        <AttemptPart key={attempt.n} attempt={attempt} of={attempts.length} {...{ today, now }} />
      ))}
      {step.undo && (
        <>
          <h3>{text.undo}</h3>
          <AttemptPart attempt={step.undo} of={1} {...{ today, now }} />
        </>
      )}
      {newest && step.tool && !run.dry && <Log run={run.id} step={step.path} attempt={newest} />}
    </div>
  );
}

/** One call of the step's tool. */
function AttemptPart({
  attempt,
  of,
  today,
  now,
}: {
  attempt: Attempt;
  of: number;
  today: string;
  now: number;
}) {
  const text = useText().changes;
  const say = text.runs;
  const seconds = lastedSeconds(attempt.began, attempt.ended, now);
  return (
    <section class="attempt">
      <h3>
        {say.attempt(attempt.n, of)} <StepBadge state={attempt.state} />{" "}
        <small>
          {moment(attempt.began, today)}
          {seconds !== null && ` · ${text.duration(span(seconds))}`}
          {attempt.resumed ? ` · ${say.resumed(attempt.resumed)}` : ""}
        </small>
      </h3>
      {attempt.plan && <p>{attempt.plan}</p>}
      {attempt.error && <p class="bad">{attempt.error}</p>}
      {attempt.note && <p class="note">{attempt.note}</p>}
      <div class="in-and-out">
        <div>
          <h4>{say.inputs}</h4>
          <Values of={attempt.inputs} />
        </div>
        {attempt.outputs && (
          <div>
            <h4>{say.outputs}</h4>
            <Values of={attempt.outputs} />
          </div>
        )}
      </div>
    </section>
  );
}

/** What the newest attempt wrote. */
function Log({ run, step, attempt }: { run: string; step: string; attempt: Attempt }) {
  const text = useText().changes.runs;
  const running = attempt.ended === undefined;
  const log = useFresh(`log ${run} ${step} ${attempt.n} ${attempt.ended ?? ""}`, 0, true, () =>
    api.stepLog(run, step, attempt.n),
  );
  if (!log.data?.text) return null;
  return (
    <section class="step-log" aria-live={running ? "polite" : "off"}>
      <h4>{text.log}</h4>
      <pre>
        {log.data.cut ? `${text.logCut(log.data.cut)}\n` : ""}
        {log.data.text}
      </pre>
    </section>
  );
}
