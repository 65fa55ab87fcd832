import type { Decision, Service } from "../api/pool";
import type { Num } from "../api/types";
import { hasWords } from "../words";
import type { Kind, PoolView } from "./view";

/** One line of the table: a service, or a module about which is only decided. */
export interface Line {
  module: string;
  kind: Kind;
  service: Service | null;
  decision: Decision | null;
  fraction: Num;
  target: Num;
  desired: Num;
  signs: Sign[];
}

/** Why a service wants to be looked at. */
export const signs = [
  "short",
  "lost",
  "failing",
  "unhealthy",
  "overloaded",
  "missing",
  "busy",
  "unconfigured",
] as const;
export type Sign = (typeof signs)[number];

/** All services, and the modules that have none and about which was decided, by name. */
export function linesOf(services: Service[], newest: Decision[]): Line[] {
  const configured = new Set(services.map((s) => s.module));
  const others = newest.filter((d) => !configured.has(d.module));
  const lines = [...services.map((s) => lineOf(s, s.decision)), ...others.map((d) => lineOf(null, d))];
  return lines.sort((a, b) => byText(a.module, b.module));
}

function lineOf(service: Service | null, decision: Decision | null): Line {
  return {
    module: service?.module ?? decision?.module ?? "",
    kind: service?.mode ?? "only",
    service,
    decision,
    fraction: decision?.fraction ?? null,
    target: service?.policy.target ?? decision?.target ?? null,
    desired: decision?.desired ?? service?.desired ?? null,
    signs: signsOf(service, decision),
  };
}

/** What is wrong with a service, the worst first; of a module that nobody runs workers of, whether it is too busy. */
export function signsOf(service: Service | null, decision: Decision | null): Sign[] {
  const found: Record<Sign, boolean> = {
    short: Boolean(decision?.short),
    lost: (service?.lost ?? 0) > 0,
    failing: (service?.failing ?? 0) > 0,
    unhealthy: (service?.unhealthy ?? 0) > 0,
    overloaded: (service?.overloaded ?? 0) > 0,
    missing: service !== null && service.serving + service.starting + service.lost < service.wanted,
    busy: decision !== null && decision.fraction !== null && decision.fraction > decision.target,
    unconfigured: service !== null && !service.configured,
  };
  return signs.filter((sign) => found[sign]);
}

const collator = new Intl.Collator("en", { numeric: true });

/** Names with numbers in them in the order of the numbers. */
export const byText = (a: string, b: string) => collator.compare(a, b);

/** The lines that pass the filters, in the chosen order. */
export function shownLines(lines: Line[], view: Pick<PoolView, "search" | "mode" | "attention" | "sort">) {
  const fits = hasWords(view.search);
  const passes = (line: Line) =>
    (view.mode === "" || line.kind === view.mode) &&
    (!view.attention || line.signs.length > 0) &&
    fits(line.module.toLowerCase());
  return sorted(lines.filter(passes), view.sort);
}

const sizes: Record<string, (line: Line) => Num> = {
  busy: (line) => line.fraction,
  workers: (line) => line.desired,
};

/** Sorted by a column, "-" before it for descending; what is not known comes last, equals stay by name. */
function sorted(lines: Line[], sort: string): Line[] {
  const descending = sort.startsWith("-");
  const size = sizes[sort.replace(/^-/, "")];
  if (!size) return descending ? lines.toReversed() : lines;
  const key = (line: Line) => {
    const n = size(line);
    return n === null ? Number.POSITIVE_INFINITY : descending ? -n : n;
  };
  return lines.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
}

/** How many lines there are of each kind. */
export function countKinds(lines: Line[]): Record<Kind, number> {
  const counts: Record<Kind, number> = { apply: 0, recommend: 0, only: 0 };
  for (const { kind } of lines) counts[kind]++;
  return counts;
}

/** By how many workers the proxies of a service differ; null with fewer than two of them. */
export function spreadOf(behind: Record<string, number> | undefined): number | null {
  const counts = Object.values(behind ?? {});
  return counts.length < 2 ? null : Math.max(...counts) - Math.min(...counts);
}

/** Workers of a service by what names each of them, by name. */
export function groupWorkers<T>(workers: T[], nameOf: (worker: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const worker of workers) {
    const name = nameOf(worker);
    groups.set(name, [...(groups.get(name) ?? []), worker]);
  }
  return [...groups].sort(([a], [b]) => byText(a, b));
}
