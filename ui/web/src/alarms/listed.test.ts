import { expect, it } from "vitest";
import { sampleAlarm } from "../testing/alarm";
import { askedOutcomes, mergeLists } from "./listed";
import { defaultAlarms } from "./view";

it("leaves folded alarms to their causes, unless somebody looks for something", () => {
  expect(askedOutcomes(defaultAlarms)).toEqual(["waiting", "muted", "healed", "resolved", "notified"]);
  expect(askedOutcomes({ ...defaultAlarms, outcome: "folded" })).toEqual(["folded"]);
  expect(askedOutcomes({ ...defaultAlarms, search: "10.2.0.1" })).toEqual([""]);
  expect(askedOutcomes({ ...defaultAlarms, path: "Qzone" })).toEqual([""]);
});

const list = (more: boolean, ...minutes: number[]) => ({
  more,
  alarms: minutes.map((m) => sampleAlarm({ id: `${m}`, received_at: `2026-11-27T12:${m}:00+08:00` })),
});

it("merges lists by time, and says when there are older ones", () => {
  const all = mergeLists([list(false, 40, 20), list(false, 50, 30, 10)], 10);
  expect(all.alarms.map(({ id }) => id)).toEqual(["50", "40", "30", "20", "10"]);
  expect(all.more).toBe(false);
  expect(mergeLists([list(false, 40, 20), list(false, 50)], 2)).toMatchObject({ more: true });
  expect(mergeLists([list(true, 40, 20), list(false, 50)], 3)).toMatchObject({ more: true });
});
