import { expect, test } from "vitest";
import { changeOf, rangeBefore } from "./before";

test("today is held against yesterday up to the same clock", () => {
  const now = Date.parse("2026-11-28T09:33:20Z");
  expect(rangeBefore({ day: "", days: 1 }, "2026-11-28", "UTC", now)).toEqual({
    from: "2026-11-27T00:00:00+00:00",
    to: "2026-11-27T09:30:00.000Z",
  });
});

test("days that are over are held against as many before them", () => {
  const { from, to } = rangeBefore({ day: "2026-11-20", days: 7 }, "2026-11-28", "Asia/Shanghai", 0);
  expect(Date.parse(from)).toBe(Date.parse("2026-11-07T00:00:00+08:00"));
  expect(Date.parse(to)).toBe(Date.parse("2026-11-14T00:00:00+08:00"));
});

test("a change is in percent of what was before, and none of nothing", () => {
  expect(changeOf(15, 12)).toBe(25);
  expect(changeOf(0, 12)).toBe(-100);
  expect(changeOf(3, 0)).toBeNull();
});
