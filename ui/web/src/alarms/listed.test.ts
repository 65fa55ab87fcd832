import { expect, it } from "vitest";
import { leavesFolded } from "./listed";
import { defaultAlarms } from "./view";

it("leaves folded alarms to their causes, unless somebody looks for something", () => {
  expect(leavesFolded(defaultAlarms)).toBe(true);
  expect(leavesFolded({ ...defaultAlarms, severity: "critical" })).toBe(true);
  for (const looked of [
    { outcome: "folded" as const },
    { kind: "Dead" },
    { path: "Qzone" },
    { search: "10.2.0.1" },
  ])
    expect(leavesFolded({ ...defaultAlarms, ...looked })).toBe(false);
});
