import { expect, it } from "vitest";
import { timesOf } from "./nightly";

const range = (start_time: string, end_time: string) => ({ start_time, end_time });

it("holds between two times on the chosen days", () => {
  expect(timesOf("02:00", "04:30", "all")).toEqual([{ times: [range("02:00", "04:30")] }]);
  expect(timesOf("02:00", "04:30", "workdays")).toEqual([
    { times: [range("02:00", "04:30")], weekdays: ["monday:friday"] },
  ]);
});

it("goes over midnight in two ranges", () => {
  expect(timesOf("22:00", "04:00", "weekend")).toEqual([
    { times: [range("22:00", "24:00"), range("00:00", "04:00")], weekdays: ["saturday", "sunday"] },
  ]);
  expect(timesOf("22:00", "00:00", "all")).toEqual([{ times: [range("22:00", "24:00")] }]);
  expect(timesOf("00:00", "00:00", "all")).toEqual([{ times: [range("00:00", "24:00")] }]);
});
