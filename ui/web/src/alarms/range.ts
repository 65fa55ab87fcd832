import { serverNow } from "../api/client";
import { toRfc3339, toWall } from "../marks/wall";
import type { AlarmsView } from "./view";
import { moment } from "./words";

/** The day of the server's clock, in its zone; YYYY-MM-DD. */
export const todayIn = (zone: string | undefined) => toWall(serverNow() / 1000, zone).slice(0, 10);

/** A time of any zone on the server's clock, with the day before it unless that is today. */
export const momentIn = (time: string, zone: string | undefined, today: string) =>
  moment(toWall(Date.parse(time) / 1000, zone), today);

/** Whether a time is there: null, and Go's zero time, are none. */
export const isTime = (time: string | null | undefined): time is string => Date.parse(time ?? "") > 0;

/** The day so many days after one, or before it if negative; YYYY-MM-DD. */
export const addDays = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The days that end with the last one, the oldest first. */
export const daysUpTo = (last: string, days: number) =>
  Array.from({ length: days }, (_, i) => addDays(last, i + 1 - days));

/** The chosen days as times of the server's zone, from the first midnight to before the last. */
export function rangeOf({ day, days }: Pick<AlarmsView, "day" | "days">, today: string, zone?: string) {
  const last = day || today;
  const midnight = (d: string) => toRfc3339(`${d}T00:00`, zone);
  return { from: midnight(addDays(last, 1 - days)), to: midnight(addDays(last, 1)) };
}
