import type { Num } from "../api/types";

/** What stands where a number is not known. */
export const unknown = "–";

/**
 * A load or a percentage with the same number of decimals everywhere, so that points align;
 * a comma stands between thousands in both languages, as in the report.
 */
export function decimal(n: Num, digits = 1): string {
  if (n === null || !Number.isFinite(n)) return unknown;
  const text = n.toFixed(digits);
  const sign = Number(text) === 0 ? "" : "−"; // what is rounded to zero has none
  return text.replace("-", sign).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
}

export function signed(n: Num, digits = 2): string {
  const text = decimal(n, digits);
  return n !== null && n > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A whole number. */
export const count = (n: Num) => decimal(n, 0);

export function range(lower: Num, upper: Num, digits = 1): string {
  if (lower === null || upper === null) return unknown;
  return `${decimal(lower, digits)}–${decimal(upper, digits)}`;
}

/**
 * The wall clock of an RFC 3339 time, hh:mm. The server writes times in the
 * configured zone, which is the one that people mean here.
 */
export function clock(time: string | null): string {
  return time ? (/T(\d\d:\d\d)/.exec(time)?.[1] ?? unknown) : unknown;
}

/** The zone of an RFC 3339 time, as UTC+08, where this browser's clock goes by another; else nothing. */
export const otherZone = (time: string) =>
  Date.parse(time.slice(0, 19)) === Date.parse(time) ? "" : `UTC${time.slice(19).replace(/Z|:00$/, "")}`;

/** The largest unit that says enough: [90, "s"] is [1, "min"]. */
export type Span = [amount: number, unit: "s" | "min" | "h" | "d"];

export function span(seconds: number): Span {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return [s, "s"];
  if (s < 3600) return [Math.floor(s / 60), "min"];
  if (s < 2 * 86400) return [Math.floor(s / 3600), "h"];
  return [Math.floor(s / 86400), "d"];
}

/** Seconds between two RFC 3339 times. */
export const secondsBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;
