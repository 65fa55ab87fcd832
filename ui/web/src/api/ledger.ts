import type { Num } from "./types";

export type Task = "band" | "peak" | "growth" | "order";

/** How right the forecasts of one task and horizon were; errors and widths relative to what came. */
export interface LedgerSummary {
  task: Task;
  horizon: string; // "12:00", "30d", "max30d"; of a band "1m", "1h", "1d"
  replayed: boolean; // computed afterwards for days on which the server did not run yet
  made: number;
  scored: number;
  error: Num;
  bias: Num;
  coverage: Num;
  width: Num;
  interval_score: Num;
  naive_error: Num;
}

/** One forecast beside what came. */
export interface LedgerEntry {
  id: string;
  explain: string; // the id that this one forecast is explained by
  task: Task;
  horizon: string;
  made_at: string;
  for: string; // the day, YYYY-MM-DD
  replayed: boolean;
  forecast: Num;
  lower: Num;
  upper: Num;
  actual: Num;
  naive: Num;
  error: Num;
  naive_error: Num;
  inside: boolean | null;
  interval_score: Num;
}

/** How right the forecasts about a day were; what was replayed stands apart. */
export interface LedgerDay {
  day: string;
  summary: LedgerSummary;
}

export interface Ledger {
  from: string;
  to: string;
  level: number; // nominal coverage
  note: string;
  summary: LedgerSummary[];
  days: LedgerDay[];
  worst: { id: string; summary: LedgerSummary }[];
  entries: LedgerEntry[];
}
