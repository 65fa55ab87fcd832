import { expect, it } from "vitest";
import { sampleGrowth, sampleRow } from "../testing/sample";
import type { Module } from "./modules";
import { domainOf, dotAt, dotsOf, type Plane, quadrantAt, radius, ticks, xOf, yOf } from "./plane";

const module = (
  id: string,
  percent_per_day: number | null,
  headroom: number | null,
  devices = 7,
): Module => ({
  row: sampleRow(id, { headroom, devices }),
  growth: sampleGrowth(id, { percent_per_day }),
  short: undefined,
  kind: "calm",
  rank: 0,
  text: id,
  flags: 0,
  ownerRank: null,
});

const plane: Plane = { x: [-10, 10], y: [-20, 100], left: 30, top: 10, width: 200, height: 120 };

it("finds the place of a value, and the value of a place", () => {
  expect([xOf(plane, 0), yOf(plane, 100), yOf(plane, -20)]).toEqual([130, 10, 130]);
  expect([quadrantAt(plane, 131, 91), quadrantAt(plane, 130, 90)]).toEqual(["tight-growing", "roomy-still"]);
});

it("leaves the farthest modules out of the span, and holds 0", () => {
  const many = Array.from({ length: 300 }, (_, i) => module(`${i}`, i / 3000, 50));
  expect(domainOf([...many, module("far", 90, -900), module("unknown", null, null)])).toEqual({
    x: [-5, 5],
    y: [-20, 100],
  });
  expect(domainOf([])).toEqual({ x: [-5, 5], y: [-20, 100] });
});

it("puts what is beyond on the edge, and what is unknown nowhere", () => {
  const dots = dotsOf([module("far", 9, 50), module("in", 0, 50, 400), module("unknown", 1, null)], plane);
  expect(dots.map(({ module: { row }, x, out }) => [row.id, x, out])).toEqual([
    ["in", 130, false],
    ["far", 230, true],
  ]);
});

it("finds the dot under the pointer, else the nearest within reach", () => {
  const dots = dotsOf(
    [module("large", 0, 50, 400), module("small", 0, 50, 1), module("right", 0.2, 50, 1)],
    plane,
  );
  const at = (x: number, y: number) => dotAt(dots, x, y, 10)?.module.row.id;
  expect([at(130, 60), at(140, 60), at(195, 60), at(230, 20)]).toEqual([
    "small",
    "large",
    "right",
    undefined,
  ]);
});

it("has areas in proportion to the devices", () => {
  expect(radius(100) / radius(25)).toBeCloseTo(2);
  expect([radius(null), radius(1e6), radius(1e6, 0.5)]).toEqual([3, 18, 9]);
});

it.each([
  [
    [-30, 20],
    [-30, -20, -10, 0, 10, 20],
  ],
  [
    [-3, 3],
    [-3, -2, -1, 0, 1, 2, 3],
  ],
] as [[number, number], number[]][])("marks %o with round numbers", (span, want) => {
  expect(ticks(span).map((n) => n + 0)).toEqual(want);
});
