import type { LedgerDay, LedgerEntry, LedgerSummary } from "../api/ledger";
import { type Aligned, dayTime } from "../charts/series";

export interface Accuracy {
  /** Noons of days; then the error, that of the naive forecast, and how often intervals held, in percent. */
  data: Aligned;
  open: number | null; // the first of them that was not replayed, where others were
}

/** Each day of which something is known; of one that was replayed in part what was said in the open counts. */
export function accuracyOf(days: LedgerDay[]): Accuracy {
  const of = new Map<string, LedgerSummary>();
  for (const { day, summary } of days) if (summary.scored > 0 && !of.get(day)) of.set(day, summary); // the open one comes first
  const shown = [...of];
  const percents = (field: "error" | "naive_error" | "coverage") =>
    shown.map(([, { [field]: share }]) => (share === null ? null : 100 * share));
  const first = shown.findIndex(([, { replayed }]) => !replayed);
  return {
    data: [
      shown.map(([day]) => dayTime(day)),
      percents("error"),
      percents("naive_error"),
      percents("coverage"),
    ],
    open: first > 0 ? dayTime(shown[first]?.[0] ?? "") : null,
  };
}

/** Single forecasts of a load or an order, the newest days first, and of a day the last one that was made. */
export const newestForecasts = (entries: LedgerEntry[]): LedgerEntry[] =>
  entries
    .filter(({ task }) => task !== "band")
    .sort((a, b) => b.for.localeCompare(a.for) || b.made_at.localeCompare(a.made_at));
