// When forecasts are written down and scored, as package analytics/ledger does it.

/** Hours at which today's peak is written down. */
const peakHours = [0, 6, 9, 12, 15, 18];

/** When growth and orders are written down. */
export const growthTime = "01:00";

/** When the forecasts about a day that is over are scored. */
export const scoreTime = "00:20";

/** The next time after the wall clock of an RFC 3339 time at which today's peak is written down. */
export function nextPeakTime(at: string): string {
  const hour = Number(/T(\d\d):/.exec(at)?.[1] ?? 0);
  const next = peakHours.find((h) => h > hour) ?? 0;
  return `${String(next).padStart(2, "0")}:00`;
}

/** The day so many days before that of an RFC 3339 time, as YYYY-MM-DD. */
export function dayBefore(at: string, days: number): string {
  const day = Date.parse(`${at.slice(0, 10)}T00:00:00Z`);
  return new Date(day - days * 86_400_000).toISOString().slice(0, 10);
}

/** Changes when the ledger may have something new to say: it is asked six times an hour. */
export const ledgerRevision = (at: string) => Math.floor(Date.parse(at) / 600_000);
