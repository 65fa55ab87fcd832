import type { Growth, Num } from "../api/types";

/** Days that a month is counted as. */
const monthDays = 30;

/** Growth of the daily peaks in percent a month, on their straight line. */
export const monthly = (growth: Growth | undefined): Num =>
  growth?.percent_per_day == null ? null : growth.percent_per_day * monthDays;

/** A growth in words, with a sign if the forecast does not count on it. */
export const doubted = (growth: Growth | undefined, words: string) =>
  growth?.slope_doubted ? `~\u2009${words}` : words;
