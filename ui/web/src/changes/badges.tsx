import type { RunState, StepState } from "../api/flows";
import { useText } from "../text/language";

/** Signs beside the words and colours. */
const runSigns: Record<RunState, string> = {
  queued: "…",
  running: "▸",
  pausing: "‖",
  paused: "‖",
  waiting: "?",
  undoing: "↶",
  done: "✓",
  failed: "✕",
  canceled: "⊘",
};

/** Where a run stands. */
export function RunBadge({ state, dry = false }: { state: RunState; dry?: boolean | undefined }) {
  const text = useText().changes.runs;
  return (
    <span class="badge" title={text.stateTitles[state]}>
      <i class={`sign run-${state}`} aria-hidden="true">
        {runSigns[state]}
      </i>{" "}
      {text.states[state]}
      {dry && <span class="tag only">{text.dry}</span>}
    </span>
  );
}

const stepSigns: Record<StepState, string> = {
  pending: "·",
  running: "▸",
  backoff: "↻",
  waiting: "?",
  unsure: "?",
  done: "✓",
  failed: "✕",
  skipped: "↷",
  canceled: "⊘",
  undone: "↶",
};

/** Where a step stands. */
export function StepBadge({ state }: { state: StepState }) {
  const text = useText().changes.runs;
  return (
    <span class="badge" title={text.stepTitles[state]}>
      <i class={`sign step-${state}`} aria-hidden="true">
        {stepSigns[state]}
      </i>{" "}
      {text.steps[state]}
    </span>
  );
}
