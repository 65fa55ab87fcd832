import type { LedgerEntry } from "../api/ledger";
import type { Num } from "../api/types";
import type { Aligned } from "../charts/series";

/** The hours whose forecasts of the day's peak are drawn. */
export const shownHours = [0, 6, 9, 12];

const daySeconds = 86_400;

/** A forecast of a day's peak at the time at which it was made. */
export interface Said {
  x: number; // Unix seconds, as if the server's wall clock were UTC
  forecast: number;
  lower: Num;
  upper: Num;
  inside: boolean | null; // null until the day is over
}

export interface PastDays {
  /** Times; then what came, the forecast and its upper and lower bound where one was made. */
  data: Aligned;
  said: Said[];
}

/**
 * The peaks of days, level from midnight to midnight, and the forecasts within
 * them. A day about which nothing was said leaves a gap.
 */
export function pastDays(entries: LedgerEntry[], days: number): PastDays {
  const peaks = entries.filter(isShown);
  const shown = [...new Set(peaks.map((e) => e.for))].sort().slice(-days);
  const data: [number[], Num[], Num[], Num[], Num[]] = [[], [], [], [], []];
  const said: Said[] = [];
  const add = (...point: [number, Num, Num, Num, Num]) => {
    for (const [i, v] of point.entries()) (data[i] as Num[]).push(v);
  };
  for (const [i, day] of shown.entries()) {
    const made = peaks.filter((e) => e.for === day);
    const begin = Date.parse(`${day}T00:00:00Z`) / 1000;
    const came = made.find((e) => e.actual !== null)?.actual ?? null;
    for (const hour of shownHours) {
      const x = begin + hour * 3600;
      const e = made.find((one) => hourOf(one) === hour);
      add(x, came, e?.forecast ?? null, e?.upper ?? null, e?.lower ?? null);
      if (e && e.forecast !== null)
        said.push({ x, forecast: e.forecast, lower: e.lower, upper: e.upper, inside: e.inside });
    }
    const end = begin + daySeconds - 1;
    add(end, came, null, null, null);
    if (i + 1 < shown.length && shown[i + 1] !== dayAfter(day)) add(end + 1, null, null, null, null);
  }
  return { data, said };
}

const dayAfter = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + daySeconds * 1000).toISOString().slice(0, 10);

const hourOf = (e: LedgerEntry) => Number.parseInt(e.horizon, 10);

const isShown = (e: LedgerEntry) => e.task === "peak" && shownHours.includes(hourOf(e));

/** How many of the forecasts whose day is over held, for a sentence. */
export function countHeld(said: Said[]): { held: number; over: number } {
  const over = said.filter((s) => s.inside !== null);
  return { held: over.filter((s) => s.inside).length, over: over.length };
}
