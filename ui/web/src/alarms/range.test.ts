import { expect, it } from "vitest";
import { addDays, daysUpTo, rangeOf } from "./range";

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
