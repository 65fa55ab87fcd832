import { expect, it } from "vitest";
import { texts } from "../text/language";
import { cronWords } from "./cron";

const text = await texts.en();

it.each([
  ["15 * * * *", "every hour at minute 15"],
  ["@daily", "every day at 00:00"],
  ["5 2 * * *", "every day at 02:05"],
  ["0 2 * * SUN", "every Sun at 02:00"],
  ["30 23 * * 1,fri", "every Mon, Fri at 23:30"],
  ["0 4 1 * *", "on day 1 of each month at 04:00"],
  ["*/5 * * * *", "*/5 * * * *"],
  ["0 2 1 * SUN", "0 2 1 * SUN"],
  ["0 2 * * MON-FRI", "0 2 * * MON-FRI"],
  ["", ""],
])("%s is told as %s", (cron, words) => {
  expect(cronWords(cron, text)).toBe(words);
});
