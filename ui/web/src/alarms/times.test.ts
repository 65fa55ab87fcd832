import { expect, it } from "vitest";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { writeTimes } from "./times";

const nights = { times: [{ start_time: "02:00", end_time: "04:00" }], weekdays: ["monday:friday", "sunday"] };

it("writes hours and days that come again", () => {
  expect(writeTimes([nights], en.alarms.mutes)).toBe("02:00–04:00, Mon–Fri, Sun");
  expect(writeTimes([nights], zh.alarms.mutes)).toBe("02:00–04:00, 周一–周五, 周日");
  const last = { days_of_month: ["-1"], except: ["2026-12-24:2027-01-02"] };
  expect(writeTimes([nights, last], en.alarms.mutes)).toBe(
    "02:00–04:00, Mon–Fri, Sun; days -1 of the month, not 2026-12-24–2027-01-02",
  );
});

it("is always without any condition", () => {
  expect(writeTimes([], en.alarms.mutes)).toBe("always");
  expect(writeTimes([{}], en.alarms.mutes)).toBe("always");
});
