import type { Run, RunStep, StepState } from "../api/flows";

/** A step with those below it. */
export interface Branch {
  step: RunStep;
  depth: number;
}

/** How many steps are in a state, of those that call a tool. */
export function countSteps(steps: RunStep[]): Partial<Record<StepState, number>> {
  const counts: Partial<Record<StepState, number>> = {};
  for (const { tool, state } of steps) if (tool) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** How far a run is: steps that are over, of those that can be foreseen. */
export function progressOf(run: Run): { done: number; total: number } {
  const steps = (run.steps ?? []).filter((step) => step.tool);
  const over = (state: StepState) => state === "done" || state === "skipped" || state === "undone";
  return { done: steps.filter(({ state }) => over(state)).length, total: steps.length };
}

/** How deep a path lies: "roll[2]/stop" is 1 below "roll". */
export const depthOf = (path: string) => path.split("/").length - 1 + (/\[[^\]]*\]$/.test(path) ? 1 : 0);

/** The step that is worth being looked at first: one that asks for a person, failed or runs. */
export function firstToLookAt(steps: RunStep[]): string {
  const order: StepState[] = ["waiting", "unsure", "failed", "backoff", "running"];
  for (const state of order) {
    const found = steps.find((step) => step.tool && step.state === state);
    if (found) return found.path;
  }
  return "";
}

/** Seconds between two times, to now if it is not over; null before it began. */
export function lastedSeconds(
  began: string | undefined,
  ended: string | undefined,
  now: number,
): number | null {
  if (!began) return null;
  return Math.max(0, ((ended ? Date.parse(ended) : now) - Date.parse(began)) / 1000);
}

/** A value as a person reads it. */
export const shownValue = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** Reads what a person typed for a value: JSON where the former value was none of text. */
export function typedValue(text: string, before: unknown): unknown {
  if (typeof before === "string" || before === undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The inputs that were changed, of those that were typed. */
export function changedInputs(
  before: Record<string, unknown>,
  typed: Record<string, string>,
): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(typed))
    if (text !== shownValue(before[name])) changed[name] = typedValue(text, before[name]);
  return changed;
}
