import type { Num } from "../api/types";
import type { Entry } from "./entries";

/** The rows below one node, under its name. */
export interface Group {
  id: string; // of the node
  path: string[];
  entries: Entry[];
  deviating: number;
  devices: Num; // sum of those that are known
  headroom: Num; // the lowest
  toRequest: Num; // sum
}

/** One line of the table as it is drawn. */
export type Line = Entry | Group;

export const isGroup = (line: Line): line is Group => "entries" in line;

const plus = (sum: Num, n: Num | undefined): Num => (n == null ? sum : (sum ?? 0) + n);

/**
 * Puts entries under the nodes of a level above them. Groups stand in the order of
 * their first entries, so that the order of the rows is that of the groups too.
 */
export function groupBy(entries: Entry[], depth: number): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const id = entry.row.id.split("/", depth).join("/");
    let group = groups.get(id);
    if (!group) {
      const path = entry.row.path.slice(0, depth);
      group = { id, path, entries: [], deviating: 0, devices: null, headroom: null, toRequest: null };
      groups.set(id, group);
    }
    add(group, entry);
  }
  return [...groups.values()];
}

function add(group: Group, entry: Entry) {
  const { row, growth } = entry;
  group.entries.push(entry);
  if (row.deviates) group.deviating++;
  group.devices = plus(group.devices, row.devices);
  group.toRequest = plus(group.toRequest, growth?.devices_to_request);
  if (row.headroom !== null) group.headroom = Math.min(group.headroom ?? row.headroom, row.headroom);
}

/** The lines to draw: each group, and its entries unless it is folded. */
export function linesOf(groups: Group[], folded: string[]): Line[] {
  const hidden = new Set(folded);
  return groups.flatMap((group) => (hidden.has(group.id) ? [group] : [group, ...group.entries]));
}

/** By which levels the rows of one can be grouped: those above it. */
export const levelsAbove = (levels: string[], level: string) =>
  levels.slice(0, level ? levels.indexOf(level) : -1);

/** The group that line i stands under. */
export const groupAbove = (lines: Line[], i: number): Group | undefined =>
  lines.slice(0, i + 1).findLast(isGroup);
