import type { Heat, Num } from "../api/types";

/** Which number of each hour the map shows; it stands in the URL. */
export type HeatOf = "mean" | "peak";

export const readHeatOf = (query: string): HeatOf =>
  new URLSearchParams(query).get("heat") === "peak" ? "peak" : "mean";

/** How many shades the map has; the number stands in each hour as well. */
export const shades = 6;

export const hoursPerDay = 24;

/** The lowest and the highest of the means, or of the peaks; null where nothing is known. */
export function rangeOfHeat({ cells }: Heat, of: HeatOf): [low: number, high: number] | null {
  const known = cells.flatMap(({ [of]: value }) => (value === null ? [] : [value]));
  return known.length > 0 ? [Math.min(...known), Math.max(...known)] : null;
}

/** The shade of a value, 0 to shades − 1; equal loads all have the lowest one. */
export function shadeOf(value: Num, [low, high]: [number, number]): number | null {
  if (value === null) return null;
  return high > low ? Math.min(shades - 1, Math.floor((shades * (value - low)) / (high - low))) : 0;
}

/** From which value to which each shade is. */
export const stepsOf = ([low, high]: [number, number]): [number, number][] =>
  Array.from({ length: high > low ? shades : 1 }, (_, i) => {
    const at = (k: number) => low + (k * (high - low)) / shades;
    return high > low ? [at(i), at(i + 1)] : [low, high];
  });

/** The cell of a time, which the server writes in its zone. */
export function cellAt(time: string): number {
  const [day = "", clock = ""] = time.split("T");
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7; // Monday first
  return weekday * hoursPerDay + Number(clock.slice(0, 2));
}

/** The cell that an arrow key leads to, from the cell at; undefined for another key. */
export function cellAfter(key: string, at: number): number | undefined {
  const hour = at % hoursPerDay;
  switch (key) {
    case "ArrowLeft":
      return hour > 0 ? at - 1 : at;
    case "ArrowRight":
      return hour < hoursPerDay - 1 ? at + 1 : at;
    case "ArrowUp":
      return at >= hoursPerDay ? at - hoursPerDay : at;
    case "ArrowDown":
      return at < 6 * hoursPerDay ? at + hoursPerDay : at;
    case "Home":
      return at - hour;
    case "End":
      return at - hour + hoursPerDay - 1;
  }
}

/** The hours of a cell, as 21:00–22:00. */
export function hoursOf(cell: number): string {
  const two = (n: number) => `${String(n).padStart(2, "0")}:00`;
  const hour = cell % hoursPerDay;
  return `${two(hour)}–${two(hour + 1)}`;
}
