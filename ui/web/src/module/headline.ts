import type { Row } from "../api/types";
import type { Text } from "../text/en";
import { clock, decimal, range, secondsBetween, span } from "../text/format";

/** The module's state in one sentence: what is seen, what is normal, the verdict. */
export function headline(row: Row, text: Text): string {
  const say = text.sentence;
  const stale = row.state === "stale" ? say.stale(span(row.age_seconds ?? 0)) : "";
  if (row.load === null) return stale || say.unknown;
  const learning = `${say.learning}${row.reason ?? text.loading}`;
  if (row.mean === null) return `${stale}${text.load} ${decimal(row.load)} %. ${learning}`;
  const judged = `${stale}${say.ok(decimal(row.load), decimal(row.mean), range(row.lower, row.upper))}${verdict(row, text)}`;
  return row.state === "learning" ? `${judged} ${learning}` : judged; // the band is there before today's peak
}

function verdict(row: Row, text: Text): string {
  const say = text.sentence;
  if (!row.deviates) return say.within;
  const direction = row.direction === "down" ? text.down : text.up;
  const since = row.since ? say.forSince(span(secondsBetween(row.since, row.at)), clock(row.since)) : "";
  return say.deviates(direction, since, decimal(row.score));
}
