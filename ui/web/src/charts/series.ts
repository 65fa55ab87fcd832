import type { Curve, Num, Trend } from "../api/types";

/** Arrays as uPlot reads them: x first, then one y for each series. */
export type Aligned = [number[], ...Num[][]];

/**
 * Load, expected value, bounds and last week of a node's day; then the bounds by a second
 * model, minute by minute: its curve may be one snapshot older.
 */
export function dayData(curve: Curve, other?: Curve): Aligned {
  const { times, upper, lower, last_week, expected, load } = curve;
  if (!other) return [times, upper, lower, last_week, expected, load];
  const index = new Map(other.times.map((t, i) => [t, i]));
  const at = (values: Num[]) => times.map((t) => values[index.get(t) ?? -1] ?? null);
  return [times, upper, lower, last_week, expected, load, at(other.upper), at(other.lower)];
}

const noon = 12 * 3600;

/** Noon of a day, YYYY-MM-DD, in Unix seconds: the charts of days are drawn in UTC. */
export const dayTime = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000 + noon;

/** Daily peaks, the line through them, the bounds of its future, and the numbers of devices. */
export function trendData(trend: Trend): Aligned {
  const { days, upper, lower, line, forecast, peaks, devices } = trend;
  return [days.map(dayTime), upper, lower, line, forecast, peaks, devices];
}

/** A day on which the number of devices was another than before. */
export interface DeviceStep {
  x: number;
  by: number;
  devices: number; // the larger of the two numbers
}

/** The steps of the number of devices; a day about which nothing is known is none. */
export function deviceSteps({ days, devices }: Pick<Trend, "days" | "devices">): DeviceStep[] {
  const steps: DeviceStep[] = [];
  let before: Num = null;
  days.forEach((day, i) => {
    const now = devices[i] ?? null;
    if (now === null) return;
    if (before !== null && now !== before)
      steps.push({ x: dayTime(day), by: now - before, devices: Math.max(now, before) });
    before = now;
  });
  return steps;
}

/** When the load is missing up to now, from its last minute on, and by how many seconds; null while it comes. */
export function gapOf({ times, load, now }: Curve): { from: number; to: number } | null {
  let last = -1;
  times.forEach((t, i) => {
    if (t <= now && load[i] !== null) last = i;
  });
  const from = times[last];
  return from !== undefined && now - from >= shortestGap ? { from, to: now } : null;
}

const shortestGap = 300; // seconds: history of five minutes has no gaps

const full = 100; // percent: more than a little above it would say that there can be more

/** The upper end of an axis that begins at zero and holds all values. */
export function axisTop(values: Iterable<Num>): number {
  let top = 0;
  for (const v of values) if (v !== null && v > top) top = v;
  if (top === 0) return 1;
  const padded = top * 1.08;
  const step = 10 ** Math.floor(Math.log10(padded)) / 2;
  const end = Math.ceil(padded / step) * step;
  return top <= full && end > full ? 1.05 * full : end;
}

/** The lower end of an axis that shows small differences between high values; 0 where nothing is known. */
export function axisBottom(values: Iterable<Num>): number {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const v of values) {
    if (v === null) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  const step = 10 ** Math.floor(Math.log10(high)) / 2;
  return high > 0 ? Math.max(0, Math.floor((low - (high - low) / 10) / step) * step) : 0;
}

export interface Point {
  x: number;
  y: number;
  lower: Num;
  upper: Num;
}

/** Where the peak marker stands; null when no time is known. */
export function peakPoint(curve: Curve): Point | null {
  const { value, at, lower, upper } = curve.peak_today;
  if (value === null || !at) return null;
  return { x: Date.parse(at) / 1000, y: value, lower, upper };
}

/** The zone if this browser knows it; undefined is the browser's own. */
export function knownZone(zone: string | undefined): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
