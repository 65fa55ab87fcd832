import { type AlarmCount, type Outcome, outcomes } from "../api/alarms";

/** One day's alarms by outcome. */
export interface DayCount {
  day: string; // YYYY-MM-DD
  all: number;
  by: Record<Outcome, number>;
}

/** The counts of each of the days, also of those on which nothing came. */
export function perDay(counts: AlarmCount[], days: string[]): DayCount[] {
  return days.map((day) => {
    const by = Object.fromEntries(outcomes.map((o) => [o, 0])) as Record<Outcome, number>;
    for (const { values, alarms } of counts) {
      const outcome = outcomes.find((o) => o === values.outcome);
      if (values.day === day && outcome) by[outcome] += alarms;
    }
    return { day, by, all: Object.values(by).reduce((a, b) => a + b) };
  });
}

/** A value with all its alarms and those of which people were told. */
export interface Ranked {
  value: string;
  all: number;
  told: number;
}

/** The values of a column with the most alarms. */
export function topOf(counts: AlarmCount[], column: string, most: number): Ranked[] {
  const sums = new Map<string, Ranked>();
  for (const { values, alarms } of counts) {
    const value = values[column] ?? "";
    const sum = sums.get(value) ?? { value, all: 0, told: 0 };
    sum.all += alarms;
    if (values.outcome === "notified") sum.told += alarms;
    sums.set(value, sum);
  }
  return [...sums.values()].sort((a, b) => b.all - a.all || a.value.localeCompare(b.value)).slice(0, most);
}
