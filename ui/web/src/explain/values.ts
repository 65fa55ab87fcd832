import type { Matrix } from "../api/pool";

/** How far back values are shown, and how far they lie apart, in seconds. */
export const valuesBack = 6 * 3600;
export const valuesStep = 1800;

/** The values of a query up to a time, the newest first; text as the server wrote it. */
export function rowsOf(matrix: Matrix): { at: number; value: string }[] {
  const values = matrix.result[0]?.values ?? [];
  return values.map(([at, value]) => ({ at, value: short(value) })).reverse();
}

/** Five digits are enough to compare; a text that is no number stays. */
function short(value: string): string {
  const n = Number(value);
  return Number.isFinite(n) ? `${Number(n.toPrecision(5))}` : value;
}
