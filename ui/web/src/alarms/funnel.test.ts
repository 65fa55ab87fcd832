import { expect, it } from "vitest";
import { funnelOf, tallyOf } from "./funnel";

const counted = (outcome: string, alarms: number, source = "api") => ({
  values: { outcome, source },
  alarms,
});

const tally = tallyOf([
  counted("folded", 300),
  counted("muted", 60),
  counted("healed", 20),
  counted("resolved", 12),
  counted("notified", 5),
  counted("notified", 1, "fold"),
  counted("waiting", 2),
]);

it("adds up to what came, common causes among them", () => {
  expect(tally.all).toBe(400);
  expect(tally.causes).toBe(1);
  expect(tally.by.notified).toBe(6);
  expect(Object.values(tally.by).reduce((a, b) => a + b)).toBe(tally.all);
});

it("narrows from all that came to those that people were told of", () => {
  const steps = funnelOf(tally);
  expect(steps.map((s) => s.outcome)).toEqual([
    "",
    "folded",
    "muted",
    "healed",
    "resolved",
    "notified",
    "waiting",
  ]);
  for (const [i, step] of steps.slice(1, 5).entries()) expect(step.before).toBe(steps[i]?.after);
  expect(steps[4]?.after).toBeCloseTo(8 / 400);
  expect(steps[5]).toEqual({ outcome: "notified", count: 6, before: 0.015, after: 0.015 });
});

it("has no shares where nothing came", () => {
  expect(funnelOf(tallyOf([])).every((s) => s.count === 0 && s.before === 0 && s.after === 0)).toBe(true);
});
