import type { LedgerDay, LedgerEntry } from "../api/ledger";
import type { Aligned } from "../charts/series";
import { dayTime } from "../charts/series";

export interface Accuracy {
  /** Noons of days; then the error, that of the naive forecast, and how often intervals held, in percent. */
  data: Aligned;
  replayed: [from: string, to: string] | null; // the days on which nothing was said in the open
}

/** Each day between the first and the last; of one that was replayed in part what was said in the open counts. */
export function accuracyOf(days: LedgerDay[]): Accuracy {
  const of = new Map(days.filter(({ summary }) => summary.replayed).map((d) => [d.day, d.summary]));
  const replayed = [...of.keys()];
  for (const { day, summary } of days) if (!summary.replayed && summary.scored > 0) of.set(day, summary);
  const shown = [...of].filter(([, summary]) => summary.scored > 0).sort(([a], [b]) => a.localeCompare(b));
  const percent = (share: number | null) => (share === null ? null : 100 * share);
  const alone = replayed.filter((day) => of.get(day)?.replayed);
  const [from, to] = [alone[0], alone.at(-1)];
  return {
    data: [
      shown.map(([day]) => dayTime(day)),
      shown.map(([, s]) => percent(s.error)),
      shown.map(([, s]) => percent(s.naive_error)),
      shown.map(([, s]) => percent(s.coverage)),
    ],
    replayed: from && to ? [from, to] : null,
  };
}

/** Single forecasts of a load or an order, the newest days first, and of a day the last one that was made. */
export const newestForecasts = (entries: LedgerEntry[]): LedgerEntry[] =>
  entries
    .filter(({ task }) => task !== "band")
    .sort((a, b) => b.for.localeCompare(a.for) || b.made_at.localeCompare(a.made_at));
