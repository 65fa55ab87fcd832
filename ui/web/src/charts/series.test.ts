import { describe, expect, it } from "vitest";
import type { Curve } from "../api/types";
import { sampleRow } from "../testing/sample";
import { axisBottom, axisTop, dayData, dayTime, deviceSteps, gapOf, knownZone, peakPoint } from "./series";

const curve: Curve = {
  id: "a",
  model: "calibrated",
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

it("finds the steps of the number of devices, also across days without one", () => {
  const days = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];
  expect(deviceSteps({ days, devices: [null, 7, null, 11, 10] })).toEqual([
    { x: dayTime("2026-11-04"), by: 4, devices: 11 },
    { x: dayTime("2026-11-05"), by: -1, devices: 11 },
  ]);
  expect(deviceSteps({ days, devices: [7, 7, null, 7] })).toEqual([]);
});

describe("the day", () => {
  it("keeps gaps as null, so that the line breaks there", () => {
    expect(dayData(curve).at(-1)).toEqual([1, null, null]);
    expect(dayData(curve)).toHaveLength(6);
  });
  it("has the other model's bounds at the same minutes", () => {
    const other = { ...curve, times: [300, 600, 900], lower: [0, 0.5, 0], upper: [4, 4.5, 5] };
    expect(dayData(curve, other).slice(-2)).toEqual([
      [null, 4, 4.5],
      [null, 0, 0.5],
    ]);
  });
  it("has a gap once the load is missing for five minutes up to now", () => {
    expect(gapOf(curve)).toEqual({ from: 0, to: 300 });
    expect(gapOf({ ...curve, now: 299 })).toBeNull();
    expect(gapOf({ ...curve, load: [1, 2, null] })).toBeNull();
    expect(gapOf({ ...curve, load: [null, null, null] })).toBeNull(); // nothing was ever measured
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
  expect(axisTop([99.7, 100])).toBe(105); // there is nothing above 100 percent
  expect(axisTop([130])).toBe(150);
});

it("begins an axis of small differences just below them", () => {
  expect(axisBottom([50, 52, null, 58])).toBe(45);
  expect(axisBottom([2, 60])).toBe(0);
  expect(axisBottom([null])).toBe(0);
});

it("puts a day at its noon", () => {
  expect(dayTime("1970-01-02")).toBe(86400 + 43200);
});

it("falls back on the browser's zone for one that it does not know", () => {
  expect(knownZone("Asia/Shanghai")).toBe("Asia/Shanghai");
  expect(knownZone("Local")).toBeUndefined();
});
