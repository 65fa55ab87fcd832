import type { Growth } from "../api/types";
import { type Entry, noneLeft } from "./entries";

const dayMillis = 86_400_000;

/** Full before what is ordered now is in service. */
export function fillsUp({ as_of, horizon_days, full_on }: Growth): boolean {
  return full_on.value !== "" && Date.parse(full_on.value) <= Date.parse(as_of) + horizon_days * dayMillis;
}

/** What rows can be filtered by, in the order of the chips. */
export const chips = {
  deviates: ({ row, other }: Entry) => row.deviates || other?.row.deviates === true,
  alarm: ({ row }: Entry) => row.alarm,
  overfull: ({ row }: Entry) => row.headroom !== null && row.headroom < 0,
  loss: ({ row }: Entry) =>
    (row.headroom !== null && noneLeft(row)) ||
    (row.headroom_after_loss !== null && row.headroom_after_loss < 0),
  delivery: ({ growth }: Entry) => growth !== undefined && fillsUp(growth),
  request: ({ growth }: Entry) => (growth?.devices_to_request ?? 0) > 0,
  muted: ({ cover }: Entry) => (cover?.hushes.length ?? 0) > 0,
  change: ({ cover }: Entry) => (cover?.changes.length ?? 0) > 0,
  stale: ({ row }: Entry) => row.state === "stale",
  learning: ({ row }: Entry) => row.state === "learning",
};

export type Chip = keyof typeof chips;

export const chipIds = Object.keys(chips) as Chip[];

/** 0 for a word that is no chip. */
function bit(chip: string): number {
  const at = chipIds.indexOf(chip as Chip);
  return at < 0 ? 0 : 1 << at;
}

/** All chips of an entry at once, a bit for each. */
export const flagsOf = (entry: Entry) =>
  chipIds.reduce((flags, chip) => (chips[chip](entry) ? flags | bit(chip) : flags), 0);

/** What must hold and what must not, by the chips that are chosen; unknown ones count for nothing. */
export function wanted(chosen: string[]): { must: number; not: number } {
  let must = 0;
  let not = 0;
  for (const chip of chosen) {
    if (chip.startsWith("-")) not |= bit(chip.slice(1));
    else must |= bit(chip);
  }
  return { must, not };
}

/** How many of the entries each chip holds for. */
export function countChips(entries: Entry[]): Record<Chip, number> {
  const counts = chipIds.map(() => 0);
  for (const { flags } of entries) {
    for (let rest = flags, i = 0; rest > 0; rest >>= 1, i++) if (rest & 1) counts[i] = (counts[i] ?? 0) + 1;
  }
  return Object.fromEntries(chipIds.map((chip, i) => [chip, counts[i]])) as Record<Chip, number>;
}

/** A chip goes from off to "only these", to "none of these", and to off again. */
export function turn(chosen: string[], chip: Chip): string[] {
  const rest = chosen.filter((c) => c !== chip && c !== `-${chip}`);
  if (chosen.includes(chip)) return [...rest, `-${chip}`];
  return chosen.includes(`-${chip}`) ? rest : [...rest, chip];
}
