import type uPlot from "uplot";
import type { Num } from "../api/types";
import { decimal } from "../text/format";
import type { Colors } from "./plot";

/** Both axes: quiet, with the times written by write. */
export function axes(c: Colors, write: (seconds: number) => string): uPlot.Axis[] {
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

/** The x of the legend: the time under the cursor. */
export const timeSeries = (label: string, write: (seconds: number) => string): uPlot.Series => ({
  label,
  value: (_u, v: Num | undefined) => (v === null || v === undefined ? "" : write(v)),
});

interface Style {
  color: string;
  width?: number;
  dash?: number[];
  dots?: number; // diameter in pixels
}

export const line = (label: string, { color, width = 1.25, dash, dots = 0 }: Style): uPlot.Series => ({
  label,
  stroke: color,
  width,
  value: legendValue,
  points: { show: dots > 0, size: dots, fill: color, stroke: color },
  ...(dash && { dash }),
});
