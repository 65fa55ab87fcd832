import type { Text } from "../text/en";

const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const named: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * SUN",
  "@monthly": "0 0 1 * *",
};

/** A schedule's times in words, where they are of a usual form; else as they were written. */
export function cronWords(cron: string, { changes, alarms }: Text): string {
  const text = changes.schedules;
  const weekdays = Object.values(alarms.mutes.weekdays); // from Monday on
  const fields = (named[cron] ?? cron).trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5 || month !== "*" || !/^\d+$/.test(minute)) return cron;
  if (hour === "*" && day === "*" && weekday === "*") return text.hourly(minute.padStart(2, "0"));
  if (!/^\d+$/.test(hour)) return cron;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day === "*" && weekday === "*") return text.daily(time);
  if (weekday === "*" && /^\d+$/.test(day)) return text.monthly(day, time);
  const on = weekday
    .split(",")
    .map((name) => days.findIndex((d, i) => d === name.toUpperCase() || `${i}` === name));
  if (day !== "*" || on.includes(-1)) return cron;
  return text.weekly(on.map((i) => weekdays[(i + 6) % 7] ?? "").join(", "), time);
}
