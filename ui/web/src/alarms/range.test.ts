import { expect, it } from "vitest";
import { addDays, daysUpTo, isTime, momentIn, rangeOf } from "./range";

it("counts days over the ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  expect(daysUpTo("2026-03-01", 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
});

it("asks for days of the server's zone, also when clocks change", () => {
  expect(rangeOf({ day: "", days: 1 }, "2026-11-27", "Asia/Shanghai")).toEqual({
    from: "2026-11-27T00:00:00+08:00",
    to: "2026-11-28T00:00:00+08:00",
  });
  expect(rangeOf({ day: "2026-03-29", days: 7 }, "2026-11-27", "Europe/Berlin")).toEqual({
    from: "2026-03-23T00:00:00+01:00",
    to: "2026-03-30T00:00:00+02:00",
  });
});

it("writes times of any zone on the server's clock", () => {
  expect(momentIn("2026-11-27T20:59:00.000Z", "Asia/Shanghai", "2026-11-28")).toBe("04:59");
  expect(momentIn("2026-11-27T20:59:00.000Z", "Asia/Shanghai", "2026-11-27")).toBe("11-28 04:59");
});

it("knows a time that is none", () => {
  expect(isTime("2026-11-27T20:59:00Z")).toBe(true);
  for (const none of [null, undefined, "", "0001-01-01T00:00:00Z"]) expect(isTime(none)).toBe(false);
});
