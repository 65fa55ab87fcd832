import type { OperationsLine } from "../api/told";

/** The spans of statistics that can be chosen, in days. */
export const spans = [30, 7, 90] as const;

/** The first moment of the last days, as RFC 3339. */
export const sinceDays = (now: number, days: number) => new Date(now - (days - 1) * 86_400_000).toISOString();

/** Whether anything happened on a line. */
export const happened = ({ changes, heals, alarms, requests, scaling, peaks }: OperationsLine) =>
  changes.runs + heals.started + alarms.received + requests.opened + scaling.decisions + peaks.scored > 0;

/** How wide a bar is, in percent of the widest. */
export const share = (n: number, most: number) => (most > 0 ? Math.round((100 * n) / most) : 0);
