import type { AlarmsView } from "./view";

/**
 * Whether folded alarms are left to their common causes: in a list of everything
 * they would hide the rest. Who looks for something finds them, too.
 */
export const leavesFolded = ({ outcome, kind, path, search }: AlarmsView) =>
  [outcome, kind, path, search].every((filter) => filter === "");
