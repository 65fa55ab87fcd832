import type { Matcher, SilenceBody } from "../api/silences";

/** For how many hours an alarm can be silenced with one click. */
export const silenceHours = [1, 4, 24];

/** Matchers of exactly these labels. */
export const matchersOf = (labels: Record<string, string>): Matcher[] =>
  Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }));

/** A silence for so many hours, from a moment in Unix milliseconds on. */
export function silenceFor(
  matchers: Matcher[],
  hours: number,
  millis: number,
  author: string,
  comment: string,
): SilenceBody {
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    matchers,
    startsAt: at(millis),
    endsAt: at(millis + hours * 3_600_000),
    createdBy: author.trim(),
    comment: comment.trim(),
  };
}

/** A matcher as people write it: job="api", site=~"a|b". */
export function writeMatcher({ name, value, isRegex, isEqual }: Matcher): string {
  const sign = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  return `${name}${sign}${JSON.stringify(value)}`;
}

export const writeMatchers = (matchers: Matcher[]) => matchers.map(writeMatcher).join(", ");
