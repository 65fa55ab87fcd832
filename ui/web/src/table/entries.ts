import type { Growth, Noted, Num, Row } from "../api/types";
import type { View } from "../state/view";
import { hasWords } from "../words";
import { flagsOf, wanted } from "./chips";
import type { Cover } from "./cover";
import { renoted } from "./noted";

/** A node by one model: the row of this minute and the growth. */
export interface Judged {
  row: Row;
  growth: Growth | undefined;
}

/** One line of the table. */
export interface Entry extends Judged {
  other?: Judged | undefined; // by the second model, where two are compared
  cover?: Cover | undefined; // what is in effect there
  flags: number; // of the chips that hold
  rank: number; // among all by their path
  ownerRank: Num; // likewise of the owner; null where none is known
  text: string; // what the search looks through, in lower case
}

/** Joins rows, which come in the order of their paths, with growth by id. */
export function joinGrowth(rows: Row[], growth: Growth[]): Entry[] {
  const byId = new Map(growth.map((g) => [g.id, g]));
  const owners = new Map([...new Set(rows.map(({ owner }) => owner))].sort().map((owner, i) => [owner, i]));
  const entries = rows.map((row, rank) => ({
    row,
    growth: byId.get(row.id),
    flags: 0,
    rank,
    ownerRank: row.owner ? (owners.get(row.owner) ?? null) : null,
    text: textOf(row),
  }));
  return mark(entries, () => undefined);
}

const textOf = ({ path, note, owner }: Row) => `${path.join("/")} ${note} ${owner}`.toLowerCase();

/** The entries with what is in effect at their nodes, and with the chips that hold then. */
export function mark(entries: Entry[], coverOf: (id: string, path: string[]) => Cover | undefined): Entry[] {
  return entries.map((entry) => {
    const marked = { ...entry, cover: coverOf(entry.row.id, entry.row.path) };
    marked.flags = flagsOf(marked);
    return marked;
  });
}

/** The entries with what another model says of the same nodes. */
export function compareWith(entries: Entry[], others: Judged[]): Entry[] {
  const byId = new Map(others.map((other) => [other.row.id, other]));
  return entries.map((entry) => {
    const both = { ...entry, other: byId.get(entry.row.id) };
    both.flags = flagsOf(both);
    return both;
  });
}

/** The entries with the note of one changed. */
export const withNote = (entries: Entry[], id: string, kept: Noted): Entry[] =>
  entries.map((entry) => {
    if (entry.row.id !== id) return entry;
    const row = renoted(entry.row, kept);
    return { ...entry, row, text: textOf(row) };
  });

/** Tells whether an id is the node or lies below it; "" is the root. */
export const isUnder = (id: string, node: string) => node === "" || id === node || id.startsWith(`${node}/`);

/** The entries that the view asks for; every word of the search must be there. */
export function filterEntries(entries: Entry[], { path, search, chips, owner }: View): Entry[] {
  const fits = hasWords(search);
  const { must, not } = wanted(chips);
  return entries.filter(
    ({ row, flags, text }) =>
      (flags & must) === must &&
      (flags & not) === 0 &&
      isUnder(row.id, path) &&
      (owner === "" || row.owner === owner) &&
      fits(text),
  );
}

/** Who is responsible for entries, and for how many, by name. */
export function owners(entries: Entry[]): [owner: string, rows: number][] {
  const counts = new Map<string, number>();
  for (const { row } of entries) if (row.owner) counts.set(row.owner, (counts.get(row.owner) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** All devices stand in the domain whose loss is asked: nothing would be left. */
export const noneLeft = ({ devices, largest_domain: domain }: Row) =>
  domain !== null && devices !== null && domain.devices >= devices;

/** What a column is ordered by. null is unknown, which comes last in either order. */
export type Key = (entry: Entry) => Num;

const day = (text: string | undefined): Num => (text ? Date.parse(text) : null);

export const sortKeys: Record<string, Key> = {
  path: (e) => e.rank,
  devices: (e) => e.row.devices,
  processes: (e) => e.row.processes,
  load: (e) => e.row.load,
  mean: (e) => e.row.mean,
  band: (e) => (e.row.upper === null || e.row.lower === null ? null : e.row.upper - e.row.lower),
  // Deviating rows stand before the others whatever their score.
  deviates: (e) => (e.row.score === null ? null : e.row.score + (e.row.deviates ? 1e6 : 0)),
  peak: (e) => e.row.peak_today.value,
  headroom: (e) => e.row.headroom,
  loss: ({ row }) => {
    if (row.headroom === null) return null;
    return noneLeft(row) ? -1e9 : row.headroom_after_loss; // worse than any that is left
  },
  growth: (e) => e.growth?.percent_per_day ?? null,
  full: (e) => day(e.growth?.full_on.value),
  order: (e) => e.growth?.devices_to_request ?? null,
  cover: ({ cover, rank }) => (cover?.hushes.length || cover?.changes.length ? rank : null),
  note: (e) => (e.row.note ? e.rank : null),
  owner: (e) => e.ownerRank,
  state: (e) => ({ ok: 0, learning: 1, stale: 2 })[e.row.state],
};

/** A sorted copy, by more keys where there are more columns; equal entries stay in the order of their paths. */
export function sortEntries<E extends Entry>(
  entries: E[],
  sort: string,
  more: Record<string, (entry: E) => Num> = {},
): E[] {
  const descending = sort.startsWith("-");
  const by = descending ? sort.slice(1) : sort;
  const key = more[by] ?? sortKeys[by];
  if (!key) return entries;
  const worst = Number.POSITIVE_INFINITY;
  const sign = descending ? -1 : 1;
  const keyed = entries.map((entry) => {
    const k = key(entry);
    return { entry, k: k === null ? worst : sign * k };
  });
  keyed.sort((a, b) => (a.k === b.k ? a.entry.rank - b.entry.rank : a.k < b.k ? -1 : 1));
  return keyed.map(({ entry }) => entry);
}

/** The end of the bars: all loads and bands fit, in steps of 20 up to 100 or more. */
export function barScale(entries: Entry[]): number {
  let top = 0;
  for (const { row, other } of entries)
    top = Math.max(top, row.load ?? 0, row.upper ?? 0, other?.row.upper ?? 0);
  return Math.max(20, Math.ceil(top / 20) * 20);
}
