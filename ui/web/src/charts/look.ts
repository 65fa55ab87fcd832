import uPlot from "uplot";
import type { Num } from "../api/types";
import { count, decimal, range } from "../text/format";
import type { Axis, Colors, Series } from "./plot";

/** The wall clock of a zone, undefined for the browser's, at which a chart draws. */
export const dateIn = (zone: string | undefined) => (seconds: number) => {
  const date = new Date(seconds * 1000);
  return zone ? uPlot.tzDate(date, zone) : date;
};

/** Writes the clock of a zone. */
export function clockWriter(timeZone: string | undefined, more: Intl.DateTimeFormatOptions = {}) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", ...more });
  return (seconds: number) => format.format(seconds * 1000);
}

/** Writes days, which are drawn in UTC. */
export function dayWriter(locale: string, more: Intl.DateTimeFormatOptions = {}) {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: "UTC",
    month: "short",
    day: "numeric",
    ...more,
  });
  return (seconds: number) => format.format(seconds * 1000);
}

/** Both axes: quiet, with the times written by write. */
export function axes(c: Colors, write: (seconds: number) => string): Axis[] {
  const font = "11px system-ui, sans-serif";
  const common = { stroke: c.muted, font, grid: { stroke: c.grid, width: 1 }, ticks: { show: false } };
  return [
    { ...common, grid: { show: false }, size: 30, space: 70, values: (_u, splits) => splits.map(write) },
    { ...common, size: 42, space: 36, values: (_u, splits) => splits.map((v) => `${v}`) },
  ];
}

/** Nothing while the cursor is elsewhere; a dash where there is no value under it. */
const legendValue = (_u: uPlot, v: Num | undefined, _series: number, at: number | null) =>
  at === null ? "" : decimal(v ?? null);

/** The x of the legend: the time under the cursor, whose label the page does not show. */
export const timeSeries = (label: string, write: (seconds: number) => string): Series => ({
  label,
  class: "at",
  value: (_u, v: Num | undefined) => (v === null || v === undefined ? "" : write(v)),
});

/** The two bounds of a band, which the legend shows as one; their series are beside each other. */
export function bandSeries(label: string, color: string): Series[] {
  const value = (u: uPlot, _v: unknown, upper: number, at: number | null) =>
    at === null ? "" : range(u.data[upper + 1]?.[at] ?? null, u.data[upper]?.[at] ?? null);
  const bound = line(label, { color, width: 0.5 });
  return [
    { ...bound, value },
    { ...bound, class: "unnamed" },
  ];
}

interface Style {
  color: string;
  width?: number;
  dash?: number[];
  dots?: number; // diameter in pixels
  fill?: string; // below the line
}

export const line = (label: string, { color, width = 1.25, dash, dots = 0, fill }: Style): Series => ({
  label,
  stroke: color,
  width,
  value: legendValue,
  points: { show: dots > 0, size: dots, fill: color, stroke: color },
  ...(dash && { dash }),
  ...(fill && { fill }),
});

/** A count that changes in steps, on a scale of its own; each value holds from its x on. */
export function steps(label: string, style: Style, scale: string): Series {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return {
    ...line(label, style),
    scale,
    ...(paths && { paths }),
    value: (_u, v: Num | undefined, _i, at) => (at === null ? "" : count(v ?? null)),
  };
}

/** A second axis at the right, of counts up to a most that is less than its scale has room for. */
export function countAxis(c: Colors, scale: string, most: () => number): Axis {
  const font = "11px system-ui, sans-serif";
  return {
    scale,
    side: 1,
    stroke: c.marked,
    font,
    size: 36,
    grid: { show: false },
    ticks: { show: false },
    splits: () => [0, most()],
    values: (_u, splits) => splits.map((v) => count(v)),
  };
}
