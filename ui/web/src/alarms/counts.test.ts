import { expect, it } from "vitest";
import { perDay, topOf } from "./counts";

it("has each day, also one without alarms", () => {
  const counts = [
    { values: { day: "2026-11-27", outcome: "folded" }, alarms: 40 },
    { values: { day: "2026-11-27", outcome: "notified" }, alarms: 2 },
    { values: { day: "2026-11-20", outcome: "muted" }, alarms: 9 },
  ];
  const days = perDay(counts, ["2026-11-26", "2026-11-27"]);
  expect(days.map((d) => [d.day, d.all])).toEqual([
    ["2026-11-26", 0],
    ["2026-11-27", 42],
  ]);
  expect(days[1]?.by).toMatchObject({ folded: 40, notified: 2, muted: 0 });
});

it("ranks by all alarms, and counts those that were told", () => {
  const count = (kind: string, outcome: string, alarms: number) => ({ values: { kind, outcome }, alarms });
  const counts = [
    count("Slow", "muted", 5),
    count("Down", "folded", 30),
    count("Down", "notified", 1),
    count("Slow", "notified", 4),
    count("Disk", "healed", 9),
  ];
  expect(topOf(counts, "kind", 2)).toEqual([
    { value: "Down", all: 31, told: 1 },
    { value: "Disk", all: 9, told: 0 },
  ]);
});
