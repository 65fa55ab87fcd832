import type { Curve, Num, Trend } from "../api/types";

/** Arrays as uPlot reads them: x first, then one y for each series. */
export type Aligned = [number[], ...Num[][]];

/** Load, expected value, bounds and last week of a node's day. */
export function dayData(curve: Curve): Aligned {
  return [curve.times, curve.upper, curve.lower, curve.last_week, curve.expected, curve.load];
}

const noon = 12 * 3600;

/** Noon of a day, YYYY-MM-DD, in Unix seconds: the charts of days are drawn in UTC. */
export const dayTime = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000 + noon;

/** Daily peaks, the line through them and the bounds of its future. */
export function trendData(trend: Trend): Aligned {
  return [trend.days.map(dayTime), trend.upper, trend.lower, trend.line, trend.forecast, trend.peaks];
}

/** The upper end of an axis that begins at zero and holds all values. */
export function axisTop(values: Iterable<Num>): number {
  let top = 0;
  for (const v of values) if (v !== null && v > top) top = v;
  if (top === 0) return 1;
  const padded = top * 1.08;
  const step = 10 ** Math.floor(Math.log10(padded)) / 2;
  return Math.ceil(padded / step) * step;
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
