import { useState } from "preact/hooks";
import { keepName } from "../alarms/name";
import { api } from "../api/client";
import type { Run, RunStep, StepAction } from "../api/flows";
import { WhoField } from "../me";
import { Failure } from "../notice";
import { useText } from "../text/language";
import { changedInputs, shownValue } from "./steps";

interface Props {
  run: Run;
  step: RunStep;
  onDone: () => void;
}

/** What a person can do with a step: approve it, retry it with other inputs, or skip it. */
export function StepActions({ run, step, onDone }: Props) {
  const text = useText().changes.runs;
  const [action, setAction] = useState<StepAction>();
  return (
    <div class="alarm-actions">
      <div class="actions">
        {(step.may ?? []).map((one) => (
          <button
            key={one}
            type="button"
            class={one === "approve" ? "main-action" : "action"}
            aria-pressed={action === one}
            title={text.stepAbouts[one]}
            onClick={() => setAction(one)}
          >
            {text.stepActions[one]}
          </button>
        ))}
      </div>
      {action && (
        <StepForm
          key={action}
          {...{ run, step, action }}
          onDone={() => {
            setAction(undefined);
            onDone();
          }}
          onCancel={() => setAction(undefined)}
        />
      )}
    </div>
  );
}

function StepForm({
  run,
  step,
  action,
  onDone,
  onCancel,
}: Props & { action: StepAction; onCancel: () => void }) {
  const text = useText().changes;
  const say = text.runs;
  const [failure, setFailure] = useState<Error>();
  const [sending, setSending] = useState(false);
  const newest = step.attempts?.at(-1);
  const before = action === "retry" ? (newest?.inputs ?? {}) : {};
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const {
      "-who": who = "",
      "-why": why = "",
      ...typed
    } = Object.fromEntries([...data].map(([name, value]) => [name, `${value}`]));
    if (who) keepName(who);
    setSending(true);
    setFailure(undefined);
    try {
      const inputs = changedInputs(before, typed);
      await api.orderStep(run.id, step.path, { action, who, why, attempt: newest?.n ?? 0, inputs });
      onDone();
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      class="alarm-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      <p>{say.stepAbouts[action]}</p>
      <div class="fields">
        {Object.entries(before).map(([name, value]) => (
          <label key={name} class="field">
            {name}
            <input type="text" name={name} defaultValue={shownValue(value)} autoComplete="off" />
          </label>
        ))}
        <label class="field">
          {text.flows.why}
          <input
            type="text"
            name="-why"
            maxLength={500}
            required={action === "skip" || action === "reject"}
          />
        </label>
        <WhoField label={text.flows.who} />
      </div>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" disabled={sending}>
          {say.stepActions[action]}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.flows.cancel}
        </button>
      </div>
    </form>
  );
}
