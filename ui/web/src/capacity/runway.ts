import type { Growth, Num } from "../api/types";
import type { Module } from "./modules";

/** How long a part of the tree lasts: until its first module is full. */
export interface Runway {
  id: string; // of a node right below the scope
  name: string;
  first: string | undefined; // id of the module that is full first; undefined: none is in sight
  days: Num; // from today until then; null: not in sight
  earliest: Num; // of its interval
  latest: Num;
  modules: number;
  full: number; // modules, before their delivery
  devices: number; // of those
  request: number;
  lead: number; // days from today until what is ordered now is there, the latest
}

const dayMillis = 86_400_000;

/** Days from one day, YYYY-MM-DD, to another; null without the other. */
export const daysBetween = (from: string, to: string | undefined): Num =>
  to ? Math.round((Date.parse(to) - Date.parse(from)) / dayMillis) : null;

const never = Number.POSITIVE_INFINITY;

/** The runways of what lies right below a node, those that end first at the top. */
export function runways(modules: Module[], path: string, today: string): Runway[] {
  const depth = path === "" ? 0 : path.split("/").length;
  const parts = new Map<string, Module[]>();
  for (const module of modules) {
    const id = module.row.id
      .split("/")
      .slice(0, depth + 1)
      .join("/");
    const part = parts.get(id);
    if (part) part.push(module);
    else parts.set(id, [module]);
  }
  return [...parts]
    .map(([id, below]) => runway(id, depth, below, today))
    .sort(
      (a, b) =>
        (a.days ?? never) - (b.days ?? never) || // never − never is NaN, which goes on as false
        b.full - a.full ||
        (a.earliest ?? never) - (b.earliest ?? never) ||
        (a.id < b.id ? -1 : 1),
    );
}

function runway(id: string, depth: number, modules: Module[], today: string): Runway {
  let first: Growth | undefined;
  let soonest = ""; // that any may be full
  const sums = { full: 0, devices: 0, request: 0, lead: 0 };
  for (const { growth, kind } of modules) {
    if (!growth) continue;
    const { value, lower } = growth.full_on;
    if (value && (!first || value < first.full_on.value)) first = growth;
    if (lower && (!soonest || lower < soonest)) soonest = lower;
    sums.request += growth.devices_to_request ?? 0;
    const passed = daysBetween(growth.as_of, today) ?? 0;
    sums.lead = Math.max(sums.lead, growth.horizon_days - passed);
    if (kind !== "full") continue;
    sums.full++;
    sums.devices += growth.devices ?? 0;
  }
  return {
    id,
    name: modules[0]?.row.path[depth] ?? modules[0]?.row.path.at(-1) ?? id,
    first: first?.id,
    days: daysBetween(today, first?.full_on.value),
    earliest: daysBetween(today, first?.full_on.lower ?? soonest),
    latest: daysBetween(today, first?.full_on.upper),
    modules: modules.length,
    ...sums,
  };
}

/** The end of the bars, in days: the lead time lies well within them. */
export const runwayEnd = (all: Runway[]) => Math.max(90, ...all.map(({ lead }) => 3 * lead));
