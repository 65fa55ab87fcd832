import type { Run, RunStep, StepState } from "../api/flows";
import type { Text } from "../text/en";

/** How deep a path lies: "roll[2]/stop" is 1 below "roll". */
export const depthOf = (path: string) => path.split("/").length - 1 + (/\[[^\]]*\]$/.test(path) ? 1 : 0);

/** Who or what has started a run; nothing of a person without a name. */
export const startedBy = ({ who, source: { kind } }: Run, say: Text["changes"]["runs"]) =>
  who || kind !== "person" ? say.by(who, say.sources[kind]) : "";

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

/** A value as a person types it. */
export const shownValue = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** A value as a person reads it: of a list of plain values those, with a comma between. */
export const listed = (value: unknown): string =>
  Array.isArray(value) && value.every((one) => typeof one !== "object")
    ? value.map(shownValue).join(", ")
    : shownValue(value);

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
