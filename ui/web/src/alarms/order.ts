import type { Alarm } from "../api/alarms";

/** Open alarms before those that are over, each once. */
export function openFirst(open: Alarm[], newest: Alarm[]): Alarm[] {
  const ids = new Set(open.map(({ id }) => id));
  return [...open, ...newest.filter(({ id }) => !ids.has(id))];
}
