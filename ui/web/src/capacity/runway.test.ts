import { expect, it } from "vitest";
import { sampleGrowth, sampleRow } from "../testing/sample";
import type { Module } from "./modules";
import { daysBetween, runwayEnd, runways } from "./runway";

const today = "2026-11-22";

function module(
  id: string,
  [value, lower, upper]: [string, string, string],
  kind: Module["kind"] = "calm",
): Module {
  const growth = sampleGrowth(id, { full_on: { value, lower, upper } });
  return { row: sampleRow(id), growth, short: undefined, kind, rank: 0, text: id, flags: 0, ownerRank: null };
}

const fleet = [
  module("a/x/1", ["2026-12-22", "2026-12-02", ""]),
  module("a/x/2", ["2026-11-29", "2026-11-25", "2027-01-21"], "full"),
  module("b%2Fc/y/1", ["", "2027-01-01", ""]),
  module("b%2Fc/y/2", ["", "2026-12-24", ""]),
  module("c/z/1", ["", "", ""]),
];

it("ends with the first module that is full, and has its interval", () => {
  expect(runways(fleet, "", today)[0]).toEqual({
    id: "a",
    name: "a",
    first: "a/x/2",
    days: 7,
    earliest: 3,
    latest: 60,
    modules: 2,
    full: 1,
    devices: 7,
    request: 2,
    lead: 29,
  });
});

it("has no end where none is in sight, at the earliest all the same", () => {
  const [, b, c] = runways(fleet, "", today);
  expect([b?.name, b?.days, b?.earliest, b?.latest]).toEqual(["b%2Fc", null, 32, null]);
  expect([c?.id, c?.days, c?.earliest, c?.latest]).toEqual(["c", null, null, null]);
});

it("goes down the tree to the modules themselves", () => {
  const a = fleet.slice(0, 2);
  expect(runways(a, "a", today).map(({ id, modules }) => [id, modules])).toEqual([["a/x", 2]]);
  expect(runways(a, "a/x", today).map(({ id }) => id)).toEqual(["a/x/2", "a/x/1"]);
});

it("counts days over the end of a month, and none without a day", () => {
  expect(daysBetween("2026-11-30", "2026-12-01")).toBe(1);
  expect(daysBetween("2026-11-30", "")).toBeNull();
});

it("shows the lead time well within the bars", () => {
  expect(runwayEnd(runways(fleet, "", today))).toBe(90);
  expect(runwayEnd([])).toBe(90);
});
