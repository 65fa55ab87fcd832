import { expect, test } from "vitest";
import type { AlarmCount } from "../api/alarms";
import { clockOf, lanesOf, quarterOf } from "./timeline";

const at = (clock: string, business: string, outcome: string, alarms: number): AlarmCount => ({
  values: { quarter: `2026-11-28T${clock}:00+08:00`, business, outcome },
  alarms,
});

test("a quarter of an hour is that of the server's clock", () => {
  expect(quarterOf("2026-11-28T08:45:00+08:00")).toBe(35);
  expect(clockOf(35)).toBe("08:45");
  expect(clockOf(96)).toBe("24:00");
});

test("lanes by business, the fullest first, with what nobody was told of apart", () => {
  const lanes = lanesOf(
    [
      at("08:00", "Games", "notified", 1),
      at("08:00", "Games", "folded", 30),
      at("07:45", "Games", "muted", 2),
      at("12:00", "Data", "healed", 4),
    ],
    "business",
    5,
    "others",
  );
  expect(lanes).toEqual([
    {
      name: "Games",
      all: 33,
      slots: [
        { at: 31, by: { muted: 2 }, quiet: 2, all: 2 },
        { at: 32, by: { notified: 1, folded: 30 }, quiet: 30, all: 31 },
      ],
    },
    { name: "Data", all: 4, slots: [{ at: 48, by: { healed: 4 }, quiet: 0, all: 4 }] },
  ]);
});

test("what is beyond the most lanes is one, at the end, and nothing is lost", () => {
  const counts = ["a", "b", "c", "d"].map((name, i) => at("10:00", name, "waiting", 9 - i));
  const lanes = lanesOf(counts, "business", 3, "others");
  expect(lanes.map(({ name, all }) => [name, all])).toEqual([
    ["a", 9],
    ["b", 8],
    ["others", 13],
  ]);
  expect(lanes[2]?.slots).toHaveLength(1);
});
