import type { Num } from "../api/types";
import { monthly } from "../table/growth";
import { type Module, tightBelow } from "./modules";
import type { Quadrant } from "./view";

/** The part of the picture that is drawn, in percent a month and percent of headroom. */
export interface Domain {
  x: [from: number, to: number];
  y: [from: number, to: number];
}

/** A module as a dot, in pixels. */
export interface Dot {
  module: Module;
  x: number;
  y: number;
  r: number;
  out: boolean; // beyond the picture: it stands on the edge
}

/** All but the farthest modules fit, in whole steps; 0 is always there. */
export function domainOf(modules: Module[]): Domain {
  const span = (values: Num[], step: number): [number, number] => {
    const known = values.filter((v) => v !== null).sort((a, b) => a - b);
    const at = (share: number) => known[Math.round(share * (known.length - 1))] ?? 0;
    const low = Math.floor(Math.min(at(0.01), -step / 2) / step) * step;
    return [low, Math.ceil(Math.max(at(0.99), step / 2) / step) * step];
  };
  const [low] = span(
    modules.map(({ row }) => row.headroom),
    20,
  );
  return {
    x: span(
      modules.map(({ growth }) => monthly(growth)),
      5,
    ),
    y: [low, 100],
  };
}

/** The picture in pixels, within its margins. */
export interface Plane extends Domain {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const xOf = ({ x: [a, b], left, width }: Plane, growth: number) =>
  left + ((growth - a) / (b - a)) * width;
export const yOf = ({ y: [a, b], top, height }: Plane, headroom: number) =>
  top + ((b - headroom) / (b - a)) * height;

/** The quarter of the picture at a place. */
export const quadrantAt = (plane: Plane, x: number, y: number): Quadrant =>
  `${y > yOf(plane, tightBelow) ? "tight" : "roomy"}-${x > xOf(plane, 0) ? "growing" : "still"}`;

const clamp = (n: number, from: number, to: number) => Math.max(from, Math.min(to, n));

const layers = { calm: 0, asks: 1, full: 2 };

/** So many modules have room for dots of their full size; more have smaller ones. */
const roomFor = 500;

/** The dots of the modules whose place is known, what matters and what is small above the others. */
export function dotsOf(modules: Module[], plane: Plane): Dot[] {
  const dots: Dot[] = [];
  const crowd = Math.min(1, Math.sqrt(roomFor / modules.length));
  for (const module of modules) {
    const month = monthly(module.growth);
    const { headroom, devices } = module.row;
    if (month === null || headroom === null) continue;
    const [px, py] = [xOf(plane, month), yOf(plane, headroom)];
    const x = clamp(px, plane.left, plane.left + plane.width);
    const y = clamp(py, plane.top, plane.top + plane.height);
    dots.push({ module, x, y, r: radius(devices, crowd), out: x !== px || y !== py });
  }
  return dots.sort((a, b) => layers[a.module.kind] - layers[b.module.kind] || b.r - a.r);
}

/** An area in proportion to the devices, within what can be seen and told apart. */
export const radius = (devices: Num, scale = 1) =>
  clamp(1.3 * scale * Math.sqrt(devices ?? 1), 3, 18 * scale);

/** The dot at a place: the nearest by its edge, no farther than reach. */
export function dotAt(dots: Dot[], x: number, y: number, reach: number): Dot | undefined {
  let best: Dot | undefined;
  let least = reach;
  for (const dot of dots) {
    const distance = Math.hypot(dot.x - x, dot.y - y) - dot.r;
    if (distance <= least) [best, least] = [dot, Math.max(distance, 0)]; // of those under the pointer the one on top
  }
  return best;
}

/** Some five round numbers between two. */
export function ticks([from, to]: [number, number]): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => (to - from) / s <= 7) ?? 1000;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}
