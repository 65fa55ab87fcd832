import type { Times } from "../api/mutes";

/** On which days of the week something comes again. */
export type Days = "all" | "workdays" | "weekend";

const weekdays: Record<Days, string[] | undefined> = {
  all: undefined,
  workdays: ["monday:friday"],
  weekend: ["saturday", "sunday"],
};

/**
 * The hours between two times of the day, HH:MM. Over midnight they are two ranges,
 * both of the same days; the same time twice is the whole day.
 */
export function timesOf(start: string, end: string, days: Days): Times[] {
  const range = (from: string, to: string) => ({ start_time: from, end_time: to });
  const ranges = (start < end ? [range(start, end)] : [range(start, "24:00"), range("00:00", end)]).filter(
    (r) => r.start_time !== r.end_time,
  );
  const on = weekdays[days];
  return [{ times: ranges, ...(on && { weekdays: on }) }];
}
