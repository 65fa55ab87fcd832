import { api } from "../api/client";
import type { FlowStep, Run, RunOrder } from "../api/flows";
import { useMeaning } from "../explain/glossary";
import { OrderActions } from "../pool/orderactions";
import { useText } from "../text/language";

/** What can be asked of a run. "undo" cancels it and takes back what it did. */
type Choice = Exclude<RunOrder["action"], "constants"> | "undo";

/** The actions that mean something where a run stands. */
export function choicesOf({ state }: Pick<Run, "state">): Choice[] {
  if (state === "undoing") return [];
  const stopped = state === "paused" || state === "pausing";
  return [stopped ? "resume" : "pause", "cancel", "undo"];
}

/** The steps whose work stays when a run is canceled now, or canceled and taken back. */
export function staysOf({ steps, document }: Pick<Run, "steps" | "document">, undo: boolean): string[] {
  const undone = new Set(undo ? undoable(document?.steps ?? []) : []);
  const stays = steps.filter((step) => step.tool && step.state === "done" && !undone.has(step.id));
  return stays.map((step) => step.title || step.path);
}

/** The ids of the steps that can be taken back. */
const undoable = (steps: FlowStep[]): string[] =>
  steps.flatMap((step) => [
    ...(step.undo ? [step.id] : []),
    ...undoable([...(step.steps ?? []), ...(step.branches ?? []).flatMap((branch) => branch.steps)]),
  ]);

/** Pauses, resumes or cancels a run. */
export function RunActions({ run, onDone }: { run: Run; onDone: () => void }) {
  const text = useText().changes.runs;
  const meaning = useMeaning("run");
  const deed = { does: "run.", at: run.module ?? "" };
  const kept = (one: Choice) => {
    const steps = one === "cancel" || one === "undo" ? staysOf(run, one === "undo") : [];
    return steps.length > 0 ? text.stays(steps.join(", ")) : "";
  };
  return (
    <OrderActions
      possible={choicesOf(run)}
      names={text.runActions}
      of="run"
      deedOf={() => deed}
      lacking={deed}
      about={(choice) => [meaning(choice), kept(choice)].filter(Boolean).join(" ")}
      send={(choice, { who, reason }) =>
        api.orderRun(run.id, {
          action: choice === "undo" ? "cancel" : choice,
          undo: choice === "undo",
          who,
          why: reason,
        })
      }
      onDone={onDone}
    />
  );
}
