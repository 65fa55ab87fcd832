import { describe, expect, it } from "vitest";
import { readRoute } from "../state/view";
import { type AlarmsView, alarmPath, alarmsPath, defaultAlarms, isAlarmId, readAlarms } from "./view";

describe("the alarms in the URL", () => {
  const views: AlarmsView[] = [
    defaultAlarms,
    { ...defaultAlarms, outcome: "all" },
    { ...defaultAlarms, part: "stats", day: "2026-11-27", days: 30, path: "a%2Fb/微信" },
    {
      ...defaultAlarms,
      open: true,
      outcome: "folded",
      severity: "critical",
      lanes: "kind",
      kind: "A&B",
      search: "50% + ?",
    },
  ];
  it.each(views)("come back as they were: %o", (view) => {
    const { pathname, search } = new URL(alarmsPath(view), "http://host/");
    expect(readRoute(pathname.slice(1), search)).toEqual({ page: "alarms", view });
  });
  it("are those of today by default", () => {
    expect(alarmsPath(defaultAlarms)).toBe("alarms");
    const odd = "?show=nothing&day=2026-13-45&days=12&outcome=lost&open=maybe";
    expect(readAlarms(odd)).toEqual(defaultAlarms);
  });
});

it("one alarm has an address of its own", () => {
  const view = { id: "0123456789abcdef-mabc12", explain: true };
  const { pathname, search } = new URL(alarmPath(view), "http://host/");
  expect(readRoute(pathname.slice(1), search)).toEqual({ page: "alarm", view });
});

it("tells the id of an alarm from other ids", () => {
  expect(isAlarmId("0123456789abcdef-mabc12")).toBe(true);
  expect(isAlarmId("ann")).toBe(false);
  expect(isAlarmId("6f9619ff-8b86-d011-b42d-00cf4fc964ff")).toBe(false);
});
