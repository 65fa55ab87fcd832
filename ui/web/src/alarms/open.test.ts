import { expect, it } from "vitest";
import { byOutcome, next, wanting } from "./open";

const counts = (notified: number, waiting: number) =>
  byOutcome([
    { values: { outcome: "notified" }, alarms: notified },
    { values: { outcome: "waiting" }, alarms: waiting },
    { values: { outcome: "muted" }, alarms: 7 },
  ]);

it("counts the open alarms that want a person", () => {
  expect(wanting({ by: counts(2, 3), revision: 1 })).toBe(5);
  expect(wanting({ by: undefined, revision: 1 })).toBe(0);
});

it("is new only when a number is", () => {
  const first = next({ by: undefined, revision: 0 }, counts(2, 3));
  expect(first.revision).toBe(1);
  expect(next(first, counts(2, 3))).toBe(first);
  expect(next(first, counts(2, 4)).revision).toBe(2);
});
