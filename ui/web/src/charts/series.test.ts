import { describe, expect, it } from "vitest";
import type { Curve } from "../api/types";
import { sampleRow } from "../testing/sample";
import { axisTop, dayData, dayTime, knownZone, peakPoint } from "./series";

const curve: Curve = {
  id: "a",
  step_seconds: 300,
  times: [0, 300, 600],
  load: [1, null, null],
  expected: [2, 2, 2],
  lower: [1, 1, 1],
  upper: [3, 3, 3],
  last_week: [null, 2, 2],
  now: 300,
  peak_today: sampleRow("a").peak_today,
};

describe("the day", () => {
  it("keeps gaps as null, so that the line breaks there", () => {
    expect(dayData(curve).at(-1)).toEqual([1, null, null]);
    expect(dayData(curve)).toHaveLength(6);
  });
  it("has a peak only where its time is known", () => {
    expect(peakPoint(curve)).toEqual({ x: 1795354800, y: 27.3, lower: 26.1, upper: 28.9 });
    expect(peakPoint({ ...curve, peak_today: { ...curve.peak_today, at: null } })).toBeNull();
  });
});

it("begins the axis at zero and leaves room above", () => {
  expect(axisTop([null, 60, 41])).toBe(65);
  expect(axisTop([0.3])).toBeCloseTo(0.35);
  expect(axisTop([null])).toBe(1);
});

it("puts a day at its noon", () => {
  expect(dayTime("1970-01-02")).toBe(86400 + 43200);
});

it("falls back on the browser's zone for one that it does not know", () => {
  expect(knownZone("Asia/Shanghai")).toBe("Asia/Shanghai");
  expect(knownZone("Local")).toBeUndefined();
});
