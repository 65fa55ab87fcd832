import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Run, RunOrder } from "../api/flows";
import { OrderForm } from "../pool/orderform";
import { useText } from "../text/language";

/** What can be asked of a run. "undo" cancels it and takes back what it did. */
type Choice = RunOrder["action"] | "undo";

/** The actions that mean something where a run stands. */
export function choicesOf({ state }: Pick<Run, "state">): Choice[] {
  if (state === "undoing") return [];
  const stopped = state === "paused" || state === "pausing";
  return [stopped ? "resume" : "pause", "cancel", "undo"];
}

/** Pauses, resumes or cancels a run. */
export function RunActions({ run, onDone }: { run: Run; onDone: () => void }) {
  const text = useText().changes.runs;
  const [choice, setChoice] = useState<Choice>();
  const possible = choicesOf(run);
  return (
    <div class="alarm-actions">
      <div class="actions">
        {possible.map((one) => (
          <button
            key={one}
            type="button"
            class="action"
            aria-pressed={choice === one}
            title={text.runAbouts[one]}
            onClick={() => setChoice(one)}
          >
            {text.runActions[one]}
          </button>
        ))}
      </div>
      {choice && possible.includes(choice) && (
        <OrderForm
          key={choice}
          about={text.runAbouts[choice]}
          action={text.runActions[choice]}
          send={({ who, reason }) =>
            api.orderRun(run.id, {
              action: choice === "undo" ? "cancel" : choice,
              undo: choice === "undo",
              who,
              why: reason,
            })
          }
          onDone={() => {
            setChoice(undefined);
            onDone();
          }}
          onCancel={() => setChoice(undefined)}
        />
      )}
    </div>
  );
}
