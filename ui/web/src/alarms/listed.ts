import { type Alarm, type AlarmList, outcomes } from "../api/alarms";
import type { AlarmsView } from "./view";

/**
 * Whether folded alarms are left to their common causes: in a list of everything
 * they would hide the rest. Who looks for something finds them, too.
 */
export const leavesFolded = ({ outcome, kind, path, search }: AlarmsView) =>
  [outcome, kind, path, search].every((filter) => filter === "");

/** The outcomes to ask for one by one; "" asks for all at once. */
export const askedOutcomes = (view: AlarmsView): string[] =>
  leavesFolded(view) ? outcomes.filter((outcome) => outcome !== "folded") : [view.outcome];

/** The newest of several lists, of which each holds its own newest ones. */
export function mergeLists(lists: AlarmList[], limit: number): AlarmList {
  const all = lists.flatMap(({ alarms }) => alarms).sort(newestFirst);
  return { alarms: all.slice(0, limit), more: all.length > limit || lists.some(({ more }) => more) };
}

const newestFirst = (a: Alarm, b: Alarm) =>
  Date.parse(b.received_at) - Date.parse(a.received_at) || (a.id < b.id ? -1 : 1);
