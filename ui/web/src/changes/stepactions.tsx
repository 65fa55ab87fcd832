import { Lacking, useLack } from "../allowed";
import { api } from "../api/client";
import type { Run, RunStep, StepAction } from "../api/flows";
import { useMeaning } from "../explain/glossary";
import { OrderActions, type Over } from "../pool/orderactions";
import { useText } from "../text/language";
import { ChangeForm, TextField } from "./form";
import { changedInputs, shownValue } from "./steps";

interface Props {
  run: Run;
  step: RunStep;
  onDone: () => void;
}

/** What a person can do with a step: approve it, retry it with other inputs, or skip it. */
export function StepActions({ run, step, onDone }: Props) {
  const text = useText().changes.runs;
  const at = run.module ?? "";
  return (
    <OrderActions
      possible={step.may ?? []}
      names={text.stepActions}
      of="step"
      deedOf={(one) => ({ does: `step.${one}`, at })}
      lacking={{ does: "step.", at }}
      onDone={onDone}
    >
      {(action, over) => <StepForm key={action} {...{ run, step, action }} {...over} />}
    </OrderActions>
  );
}

type FormProps = Omit<Props, "onDone"> & Over & { action: StepAction };

function StepForm({ run, step, action, onDone, onCancel }: FormProps) {
  const say = useText().changes.runs;
  const newest = step.attempts?.at(-1);
  const before = action === "retry" ? (newest?.inputs ?? {}) : {};
  const fixed = !!useLack(leading); // who may not lead it elsewhere retries it as it was
  return (
    <ChangeForm
      about={useMeaning("step")(action) ?? ""}
      needsWhy={action === "skip" || action === "reject"}
      below={action === "retry" && <Lacking {...leading} />}
      buttons={[{ label: say.stepActions[action] }]}
      onSend={async ({ typed, who, why }) => {
        const inputs = changedInputs(before, typed);
        const changed = Object.keys(inputs).length > 0;
        const attempt = newest?.n ?? 0;
        await api.orderStep(run.id, step.path, { action, who, why, attempt, ...(changed && { inputs }) });
        onDone();
      }}
      onCancel={onCancel}
    >
      {Object.entries(before).map(([name, value]) => (
        <TextField key={name} label={name} name={name} value={shownValue(value)} readOnly={fixed} />
      ))}
    </ChangeForm>
  );
}

/** Other inputs and constants can lead a run elsewhere than its flow says: they take more. */
export const leading = { does: "lead", at: "" };
