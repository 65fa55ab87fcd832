import type { Num, Sparkline } from "../api/types";

/** A small picture in a box of its own units: a step is one wide. */
export interface Drawing {
  load: string; // paths of an SVG
  band: string;
  outside: { step: number; few: boolean }[]; // steps with minutes outside of the band
  least: Num;
  most: Num;
  last: Num;
}

/** The height of the box; the marks of what was outside stand below the line. */
export const box = { height: 24, line: 20 };

/** Fewer minutes outside may be chance, and are marked lightly. */
const many = 5;

const known = (values: Num[]) => values.filter((v): v is number => v !== null);

/** Rows of steps that are known, [first, end). */
function runs(values: Num[]): [first: number, end: number][] {
  const out: [number, number][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const last = out.at(-1);
    if (last?.[1] === i) last[1]++;
    else out.push([i, i + 1]);
  });
  return out;
}

const round = (n: number) => Math.round(n * 10) / 10;

/** Draws loads and their band on a scale of their own: from the lowest to the highest of both. */
export function draw({ load, lower, upper, outside }: Sparkline): Drawing {
  const loads = known(load);
  const all = [...loads, ...known(lower), ...known(upper)];
  const bottom = Math.min(...all);
  const span = Math.max(...all) - bottom || 1;
  const y = (v: Num | undefined) => round(box.line - 1 - ((box.line - 2) * ((v ?? 0) - bottom)) / span);
  const points = (values: Num[], steps: number[]) => steps.map((i) => `${i + 0.5} ${y(values[i])}`).join("L");
  const steps = ([first, end]: [number, number]) => Array.from({ length: end - first }, (_, i) => first + i);
  return {
    // A step between two gaps is a dot: a line of no length with round ends.
    load: runs(load)
      .map((run) => `M${points(load, steps(run))}${run[1] - run[0] === 1 ? "h0" : ""}`)
      .join(""),
    band: runs(upper)
      .map((run) => `M${points(upper, steps(run))}L${points(lower, steps(run).reverse())}Z`)
      .join(""),
    outside: outside.flatMap((minutes, step) => (minutes > 0 ? { step, few: minutes < many } : [])),
    least: loads.length > 0 ? Math.min(...loads) : null,
    most: loads.length > 0 ? Math.max(...loads) : null,
    last: loads.at(-1) ?? null,
  };
}
