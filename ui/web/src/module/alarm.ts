import type { Explanation, Num, Row } from "../api/types";

/** Where an alarm stands: outside is a deviation that is none yet, calming one that is inside again. */
export type AlarmState = "unknown" | "calm" | "outside" | "running" | "calming";

export function alarmState(row: Row): AlarmState {
  if (row.score === null || row.state === "stale") return "unknown";
  if (row.alarm) return row.deviates ? "running" : "calming";
  return row.deviates ? "outside" : "calm";
}

/** The number that a step of an explanation arrives at; null where there is no such step. */
export function stepResult(explanation: Explanation | undefined, name: string): Num {
  const result = explanation?.steps?.find((step) => step.name === name)?.result;
  const value = Number(result ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
