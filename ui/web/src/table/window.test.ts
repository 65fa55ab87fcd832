import { expect, it } from "vitest";
import { scrollTo, windowOf } from "./window";

it("draws the rows in sight and a few more", () => {
  expect(windowOf(1000, 0, 440, 44)).toEqual({ first: 0, end: 18 });
  expect(windowOf(1000, 4400, 440, 44)).toEqual({ first: 92, end: 118 });
});

it("stays within the table at its end and when it became shorter", () => {
  expect(windowOf(100, 99 * 44, 440, 44)).toEqual({ first: 91, end: 100 });
  expect(windowOf(5, 40000, 440, 44)).toEqual({ first: 5, end: 5 });
  expect(windowOf(0, 0, 440, 44)).toEqual({ first: 0, end: 0 });
});

it("scrolls no farther than it must to show a row", () => {
  expect(scrollTo(3, 0, 440, 44)).toBe(0);
  expect(scrollTo(10, 0, 440, 44)).toBe(44);
  expect(scrollTo(2, 200, 440, 44)).toBe(88);
});
