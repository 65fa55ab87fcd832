import type { Times } from "../api/mutes";
import type { Text } from "../text/en";

/** Times that come again in words, as "02:00–04:00, monday–friday"; what is empty is always. */
export function writeTimes(times: Times[], text: Text["alarms"]["mutes"]): string {
  const each = times.map((t) => writeOne(t, text)).filter(Boolean);
  return each.length > 0 ? each.join("; ") : text.always;
}

function writeOne(t: Times, text: Text["alarms"]["mutes"]): string {
  const list = (values: string[] | undefined) => values?.map((v) => v.replaceAll(":", "–")).join(", ");
  const days = list(t.days_of_month);
  const except = list(t.except);
  return [
    t.times?.map((r) => `${r.start_time}–${r.end_time}`).join(", "),
    list(t.weekdays?.map((d) => d.replace(/[a-z]+/gi, (day) => text.weekdays[day.toLowerCase()] ?? day))),
    days && text.daysOfMonth(days),
    list(t.months),
    list(t.years),
    list(t.dates),
    except && text.except(except),
  ]
    .filter(Boolean)
    .join(", ");
}
