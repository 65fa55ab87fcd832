import { expect, it } from "vitest";
import type { Matrix } from "../api/pool";
import { minutes, selector, trimmed, valuesAt, wholeTop } from "./series";

it("selects a module's series by the labels of the hierarchy", () => {
  expect(selector("m", ["business", "module"], 'a%2Fb/c"d')).toBe('m{business="a/b",module="c\\"d"}');
  expect(selector("m", ["business", "module"], "a")).toBe('m{business="a"}');
});

it("has a time for each full minute between two", () => {
  expect(minutes(61, 240)).toEqual([120, 180, 240]);
  expect(minutes(241, 240)).toEqual([]);
});

it("puts values where their minute is, and null elsewhere", () => {
  const matrix: Matrix = {
    result: [
      {
        metric: {},
        values: [
          [60, "0.5"],
          [180, "NaN"],
        ],
      },
    ],
  };
  expect(valuesAt([60, 120, 180], matrix, 100)).toEqual([50, null, null]);
  expect(valuesAt([60], { result: [] })).toEqual([null]);
});

it("begins with the first value, yet shows half an hour at the least", () => {
  const times = minutes(60, 60 * 100);
  const from = (first: number) => {
    const busy = times.map((_, i) => (i >= first ? 1 : null));
    const none = times.map(() => null);
    const cut = trimmed({ times, busy, desired: none, current: none });
    return [cut.times.length, cut.busy.length, cut.times[0]];
  };
  expect(from(40)).toEqual([60, 60, 41 * 60]);
  expect(from(95)).toEqual([30, 30, 71 * 60]);
  expect(from(0)).toEqual([100, 100, 60]);
  expect(from(100)).toEqual([100, 100, 60]); // nothing at all
});

it("the axis of whole numbers ends above the highest", () => {
  expect(wholeTop([null])).toBe(2);
  expect(wholeTop([10, null])).toBe(12);
});
