import type { Shortfall } from "../api/types";
import { type Entry, isUnder, sortEntries } from "../table/entries";
import { monthly } from "../table/growth";
import { hasWords } from "../words";
import type { CapacityView, Quadrant, Show } from "./view";

/** A module with what is said of its growth and of what it lacks. */
export interface Module extends Entry {
  short: Shortfall | undefined;
  kind: "full" | "asks" | "calm"; // full before the delivery, asks for devices, neither
}

/** Adds what the modules lack. */
export function joinShortfalls(entries: Entry[], shortfalls: Shortfall[]): Module[] {
  const byId = new Map(shortfalls.map((s) => [s.id, s]));
  return entries.map((entry) => {
    const short = byId.get(entry.row.id);
    return { ...entry, short, kind: !short ? "calm" : short.fills_up ? "full" : "asks" };
  });
}

/** Less of the target load free at today's peak than this is little room, in percent. */
export const tightBelow = 20;

/** In which quarter a module stands; null if it is not known. */
export function quadrantOf({ row, growth }: Module): Quadrant | null {
  const month = monthly(growth);
  if (row.headroom === null || month === null) return null;
  return `${row.headroom < tightBelow ? "tight" : "roomy"}-${month > 0 ? "growing" : "still"}`;
}

/** The modules below a node. */
export const below = (modules: Module[], path: string) => modules.filter(({ row }) => isUnder(row.id, path));

/** Which modules a choice of the list has. */
export const isShown = ({ kind, short }: Module, show: Show) =>
  show === "all" || (show === "full" ? kind === "full" : (short?.devices_to_request ?? 0) > 0);

/** The modules that the list shows; every word of the search must be in the path. */
export function listed(modules: Module[], { show, part, search, sort }: CapacityView): Module[] {
  const fits = hasWords(search);
  const some = modules.filter((m) => isShown(m, show) && (!part || quadrantOf(m) === part) && fits(m.text));
  return sortEntries(some, sort, keys);
}

/** What the columns that only this list has are sorted by. */
const keys = {
  without: ({ short }: Module) => short?.short_without ?? null,
  with: ({ short }: Module) => short?.short_with ?? null,
};

/** A scope in a few numbers; what is not known counts as none. */
export interface Sums {
  modules: number;
  full: number; // before their delivery
  fullDevices: number; // of those
  devices: number; // of modules whose need is known
  needed: number;
  request: number;
  learning: number; // cannot be judged yet
  stale: number;
  leads: number[]; // days of the lead times, the shortest first
  deliveries: string[]; // the days, likewise
}

export function sumUp(modules: Module[]): Sums {
  const leads = new Set<number>();
  const deliveries = new Set<string>();
  const sums: Omit<Sums, "leads" | "deliveries"> = {
    modules: modules.length,
    full: 0,
    fullDevices: 0,
    devices: 0,
    needed: 0,
    request: 0,
    learning: 0,
    stale: 0,
  };
  for (const { growth, short, kind } of modules) {
    if (!growth) continue;
    if (growth.state !== "ok") sums[growth.state]++;
    if (growth.devices_needed !== null) sums.devices += growth.devices ?? 0;
    sums.needed += growth.devices_needed ?? 0;
    sums.request += growth.devices_to_request ?? 0;
    leads.add(growth.horizon_days);
    if (short) deliveries.add(short.delivery);
    if (kind !== "full") continue;
    sums.full++;
    sums.fullDevices += growth.devices ?? 0;
  }
  return { ...sums, leads: [...leads].sort((a, b) => a - b), deliveries: [...deliveries].sort() };
}
