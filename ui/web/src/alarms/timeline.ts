import { type AlarmCount, type Outcome, outcomes } from "../api/alarms";

/** A quarter of an hour with what became of its alarms. */
export interface Slot {
  at: number; // quarters since midnight
  by: Partial<Record<Outcome, number>>;
  quiet: number; // folded and muted
  all: number;
}

/** The alarms of one business, or of one name, over the day. */
export interface Lane {
  name: string; // "" is of no known one, null all others
  all: number;
  slots: Slot[]; // those with alarms, by time
}

/** What nobody was told of, as it is part of something else or not wanted. */
const quiet: readonly Outcome[] = ["folded", "muted"];

/** Quarters of an hour in a day. */
export const quarters = 96;

/** The quarter of a wall clock, RFC 3339: of an hour that comes twice both are one. */
export const quarterOf = (time: string) =>
  Number(time.slice(11, 13)) * 4 + Math.floor(Number(time.slice(14, 16)) / 15);

/** The clock at the beginning of a quarter. */
export const clockOf = (at: number) =>
  `${`${Math.floor(at / 4)}`.padStart(2, "0")}:${`${(at % 4) * 15}`.padStart(2, "0")}`;

/** One lane for each value of a column, those with the most alarms first; the rest are one lane under a name. */
export function lanesOf(counts: AlarmCount[], column: string, most: number, rest: string): Lane[] {
  const sums = new Map<string, number>();
  for (const { values, alarms } of counts) {
    const name = values[column] ?? "";
    sums.set(name, (sums.get(name) ?? 0) + alarms);
  }
  const order = [...sums].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([name]) => name);
  const own = new Set(order.length > most ? order.slice(0, most - 1) : order);
  const lanes = new Map<string, Lane>();
  for (const { values, alarms } of counts) {
    const name = own.has(values[column] ?? "") ? (values[column] ?? "") : rest;
    const lane = lanes.get(name) ?? { name, all: 0, slots: [] };
    lanes.set(name, lane);
    lane.all += alarms;
    addTo(lane, values, alarms);
  }
  for (const lane of lanes.values()) lane.slots.sort((a, b) => a.at - b.at);
  return [...lanes.values()].sort(
    (a, b) => Number(a.name === rest) - Number(b.name === rest) || b.all - a.all,
  );
}

function addTo({ slots }: Lane, values: Record<string, string>, alarms: number) {
  const at = quarterOf(values.quarter ?? "");
  const outcome = outcomes.find((o) => o === values.outcome);
  if (!outcome || !(at >= 0)) return;
  const slot = slots.find((s) => s.at === at) ?? { at, by: {}, quiet: 0, all: 0 };
  if (slot.all === 0) slots.push(slot);
  slot.by[outcome] = (slot.by[outcome] ?? 0) + alarms;
  slot.all += alarms;
  if (quiet.includes(outcome)) slot.quiet += alarms;
}
