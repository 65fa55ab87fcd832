import type { Matrix } from "../api/pool";
import type { Num } from "../api/types";
import { namesOf } from "../state/view";

/** Seconds between two points: a decision a minute. */
export const step = 60;

/** The expression of a module's series; levels are the names of the hierarchy's labels. */
export function selector(metric: string, levels: string[], id: string): string {
  const names = namesOf(id);
  const pairs = levels.flatMap((level, i) => {
    const name = names[i];
    return name === undefined ? [] : [`${level}=${JSON.stringify(name)}`];
  });
  return `${metric}{${pairs.join(",")}}`;
}

/** The minutes from one time to another, in Unix seconds. */
export function minutes(from: number, to: number): number[] {
  const first = Math.ceil(from / step) * step;
  const n = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: n }, (_, i) => first + i * step);
}

/** The values of a series at those times, times a factor; null where there is none. */
export function valuesAt(times: number[], matrix: Matrix, factor = 1): Num[] {
  const values = new Map<number, number>();
  for (const [at, text] of matrix.result[0]?.values ?? []) values.set(Math.round(at), Number(text));
  return times.map((t) => {
    const value = values.get(t);
    return value === undefined || !Number.isFinite(value) ? null : value * factor;
  });
}

/** The upper end of an axis of whole numbers, a little above the highest. */
export function wholeTop(values: Iterable<Num>): number {
  let top = 1;
  for (const v of values) if (v !== null && v > top) top = v;
  return Math.ceil(top * 1.15);
}

/** The series of a service, a value for each minute. */
export interface ScaleSeries {
  times: number[]; // Unix seconds
  busy: Num[]; // percent
  desired: Num[];
  current: Num[];
}

/** Minutes that are shown at the least, however few have a value. */
const fewest = 30;

/** The series from the first minute on that has any value: a young service is not a line at the edge. */
export function trimmed({ times, busy, desired, current }: ScaleSeries): ScaleSeries {
  const first = times.findIndex((_, i) => [busy, desired, current].some((values) => values[i] !== null));
  const from = Math.max(0, Math.min(first, times.length - fewest));
  const rest = <T>(values: T[]) => values.slice(from);
  return { times: rest(times), busy: rest(busy), desired: rest(desired), current: rest(current) };
}
