import type { Growth, Module, Row } from "../api/types";
import type { Text } from "../text/en";
import { clock, count, decimal, range, secondsBetween, signed, span } from "../text/format";

/**
 * The module's state in sentences: what is seen and what is normal, today's peak and
 * whether the machines hold it, what comes. muted is why nobody is told of an alarm; the
 * machines of a node that is no module are taken together, though it cannot share them.
 */
export function headline({ row, growth }: Module, text: Text, muted = "", isModule = true): string {
  return `${nowOf(row, text, muted)}${peakOf(row, growth, text, isModule)}${growthOf(growth, text)}`.trim();
}

function nowOf(row: Row, text: Text, muted: string): string {
  const say = text.module.sentence;
  const age = span(row.age_seconds ?? 0);
  const isStale = row.state === "stale";
  if (row.load === null) {
    if (isStale && row.age_seconds !== null) return say.gone(age);
    return row.devices === 0 || row.devices_silent ? say.noDevices : say.unknown;
  }
  const stale = isStale ? say.stale(age) : "";
  const silent = row.devices_silent ? say.silent(count(row.devices_silent)) : "";
  const learning = row.state === "learning" ? say.learning(row.reason ?? "") : "";
  if (row.mean === null) return `${stale}${say.load(decimal(row.load))}${silent}${learning}`;
  const seen = say.now(decimal(row.load), decimal(row.mean), range(row.lower, row.upper));
  const quiet = muted && (row.deviates || row.alarm) ? say.muted(muted) : "";
  return `${stale}${seen}${verdict(row, text)}${quiet}${silent}${learning}`; // the band is there before today's peak
}

function verdict(row: Row, text: Text): string {
  const say = text.module.sentence;
  if (!row.deviates) return say.within;
  const direction = row.direction === "down" ? text.down : text.up;
  const since = row.since ? say.forSince(span(secondsBetween(row.since, row.at)), clock(row.since)) : "";
  return say.deviates(direction, since, decimal(row.score));
}

function peakOf(row: Row, growth: Growth, text: Text, isModule: boolean): string {
  const say = text.module.sentence;
  const { value, at } = row.peak_today;
  if (value === null || row.headroom === null) return "";
  const peak = say.peak(decimal(value), at ? say.at(clock(at)) : "") + (isModule ? "" : say.together);
  if (row.headroom < 0)
    return peak + say.over(decimal(-row.headroom), decimal(growth.target_load, 0)) + say.end;
  const lost = row.largest_domain;
  const after = row.headroom_after_loss;
  const tight = lost !== null && (after === null || after < 0);
  const domain = lost?.label === "device" ? text.oneDevice : `${lost?.label} ${lost?.value}`;
  return peak + say.holds(decimal(row.headroom)) + (tight ? say.afterLoss(domain) : "") + say.end;
}

/** What the forecast makes of the line, where that is nothing, or less than half of it or more than twice as much. */
function counted(growth: Growth, percent: number, say: Text["module"]["sentence"]): string {
  if (growth.slope_doubted) return say.doubted;
  const share = (growth.trend_per_day ?? 0) / (growth.slope_per_day || 1);
  return growth.trend_per_day !== null && (share < 0.5 || share > 2) && Math.abs(percent) > 1 / 30
    ? say.counted(signed(percent * share))
    : "";
}

function growthOf(growth: Growth, text: Text): string {
  const say = text.module.sentence;
  const { percent_per_day: percent, devices_to_request: request, full_on: full } = growth;
  if (percent === null || request === null) return "";
  const line = percent < 0 ? say.shrinks(decimal(-percent, 2)) : say.growth(signed(percent));
  return (
    line +
    counted(growth, percent, say) +
    (full.value && say.fullOn(full.value)) +
    (request > 0 ? say.request(count(request)) : say.enough)
  );
}
