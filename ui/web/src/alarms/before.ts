import { addDays, rangeOf } from "./range";
import type { AlarmsView } from "./view";

/** A step of the clock in which the range before stays the same, so that it is not asked for each second. */
const stepMillis = 300_000;

/**
 * The time that the chosen days are held against: as many days right before them; of a
 * day that is not over yet only up to the same clock. now is in Unix milliseconds.
 */
export function rangeBefore(
  view: Pick<AlarmsView, "day" | "days">,
  today: string,
  zone: string | undefined,
  now: number,
) {
  const last = view.day || today;
  const before = rangeOf({ day: addDays(last, -view.days), days: view.days }, today, zone);
  if (last < today) return before;
  const clock = Math.floor(now / stepMillis) * stepMillis - view.days * 86_400_000;
  const to = new Date(Math.min(clock, Date.parse(before.to))).toISOString();
  return { ...before, to };
}

/** By how much a number differs from the one before, in percent; null where there was none. */
export const changeOf = (now: number, before: number) =>
  before > 0 ? Math.round((100 * (now - before)) / before) : null;
