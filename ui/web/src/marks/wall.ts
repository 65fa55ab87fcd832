// Times are shown and entered as the wall clock of the server's zone, as in the
// fields of a form: "2026-11-22T21:05". A zone that is undefined is the browser's.

const parts = (zone: string | undefined) =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });

/** The wall clock at a moment as if it were UTC, in seconds. */
function wallSeconds(seconds: number, format: Intl.DateTimeFormat): number {
  const p = Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  return Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`) / 1000;
}

/** The minute that the wall clock shows at a moment, in Unix seconds. */
export function toWall(seconds: number, zone: string | undefined): string {
  return new Date(wallSeconds(seconds, parts(zone)) * 1000).toISOString().slice(0, 16);
}

/**
 * The moment at which the wall clock shows a minute, in Unix seconds: the first of two
 * when clocks go back, and for a minute that is skipped the one as far after the skip.
 * NaN for what is no time.
 */
export function fromWall(wall: string, zone: string | undefined): number {
  const shown = Date.parse(`${wall}Z`) / 1000;
  if (Number.isNaN(shown)) return Number.NaN;
  const format = parts(zone);
  const offset = (at: number) => wallSeconds(at, format) - at;
  const dayBefore = shown - offset(shown - 86_400);
  if (offset(dayBefore) === offset(shown - 86_400)) return dayBefore;
  const dayAfter = shown - offset(shown + 86_400);
  return offset(dayAfter) === offset(shown + 86_400) ? dayAfter : dayBefore;
}

/** The same as RFC 3339 with the zone's offset; what is no time stays as it was typed. */
export function toRfc3339(wall: string, zone: string | undefined): string {
  const at = fromWall(wall, zone);
  if (Number.isNaN(at)) return wall;
  const format = parts(zone);
  const local = wallSeconds(at, format);
  const offset = Math.round((local - at) / 60);
  const two = (n: number) => String(n).padStart(2, "0");
  const size = Math.abs(offset);
  const time = new Date(local * 1000).toISOString().slice(0, 19);
  return `${time}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The wall clock of an RFC 3339 time, which the server writes in its zone. */
export const wallOf = (time: string) => time.slice(0, 16);

/** An interval for people: the day is said once if it is the same. */
export function writeInterval(from: string, to: string): string {
  const [day = "", time = ""] = wallOf(from).split("T");
  const [lastDay = "", lastTime = ""] = wallOf(to).split("T");
  return `${day} ${time} – ${lastDay === day ? "" : `${lastDay} `}${lastTime}`;
}
