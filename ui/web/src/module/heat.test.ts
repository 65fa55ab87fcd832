import { expect, it } from "vitest";
import type { Heat } from "../api/types";
import { cellAfter, cellAt, hoursOf, rangeOfHeat, shadeOf, stepsOf } from "./heat";

const heatOf = (means: (number | null)[]): Heat => ({
  weeks: 8,
  from: "2026-09-27",
  to: "2026-11-21",
  cells: means.map((mean) => ({ mean, peak: mean && 2 * mean, peak_on: "2026-11-18", minutes: 60 })),
  marked_minutes: 0,
});

it("shades from the lowest to the highest load", () => {
  const range = rangeOfHeat(heatOf([10, null, 40, 25]), "mean") ?? [0, 0];
  expect(range).toEqual([10, 40]);
  expect([10, 14.9, 15, 39, 40].map((v) => shadeOf(v, range))).toEqual([0, 0, 1, 5, 5]);
  expect(shadeOf(null, range)).toBeNull();
  expect(stepsOf(range)[0]).toEqual([10, 15]);
  expect(stepsOf(range)[5]).toEqual([35, 40]);
  expect(rangeOfHeat(heatOf([10, null, 40]), "peak")).toEqual([20, 80]);
});

it("has one shade for equal loads, and none for nothing", () => {
  expect(shadeOf(7, [7, 7])).toBe(0);
  expect(stepsOf([7, 7])).toEqual([[7, 7]]);
  expect(rangeOfHeat(heatOf([null]), "mean")).toBeNull();
});

it("finds the hour of a time in the server's zone", () => {
  expect(cellAt("2026-11-23T00:59:00+08:00")).toBe(0); // a Monday
  expect(cellAt("2026-11-22T21:05:00+08:00")).toBe(6 * 24 + 21);
  expect(hoursOf(6 * 24 + 21)).toBe("21:00–22:00");
});

it("walks by keys and stops at the edges", () => {
  expect(["ArrowLeft", "ArrowUp", "Home"].map((key) => cellAfter(key, 0))).toEqual([0, 0, 0]);
  expect(["ArrowRight", "ArrowDown", "End"].map((key) => cellAfter(key, 0))).toEqual([1, 24, 23]);
  expect(["ArrowRight", "ArrowDown"].map((key) => cellAfter(key, 167))).toEqual([167, 167]);
  expect(["ArrowLeft", "ArrowUp", "Home"].map((key) => cellAfter(key, 30))).toEqual([29, 6, 24]);
  expect(cellAfter("Tab", 30)).toBeUndefined();
});
