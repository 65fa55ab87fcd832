import { describe, expect, it } from "vitest";
import type { Mark } from "../api/marks";
import { en } from "../text/en";
import { countShown, countsFor, dayAreas, trendAreas } from "./areas";
import { blank } from "./draft";

const mark = (path: string): Mark => ({
  id: 1,
  path,
  from: "2026-11-20T22:00:00+08:00",
  to: "2026-11-21T01:00:00+08:00",
  kind: "incident",
  note: "",
  who: "li",
  made_at: "2026-11-22T09:00:00+08:00",
  ended_at: null,
  ended_by: "",
});
const text = en.marks;

it("counts for the node and all below it, by whole names", () => {
  expect(["", "Qzone", "Qzone/WNS"].every((path) => countsFor(mark(path), "Qzone/WNS"))).toBe(true);
  expect(countsFor(mark("Qzone/WN"), "Qzone/WNS")).toBe(false);
  expect(countsFor(mark("Qzone/WNS/m"), "Qzone/WNS")).toBe(false);
});

describe("the areas", () => {
  it("are moments on the day and wall clocks on the days", () => {
    const marks = [mark("Qzone"), mark("QQ")];
    const from = Date.parse("2026-11-20T14:00:00Z") / 1000;
    const area = { label: "incident", draft: false };
    expect(dayAreas(marks, "Qzone/a", undefined, "Asia/Shanghai", text)).toEqual([
      { from, to: from + 3 * 3600, ...area },
    ]);
    expect(trendAreas(marks, "Qzone/a", undefined, text)).toEqual([
      { from: from + 8 * 3600, to: from + 11 * 3600, ...area },
    ]);
  });

  it("have the draft once it is an interval", () => {
    const draft = { ...blank("Qzone"), from: "2026-11-20T22:00", to: "" };
    expect(dayAreas([], "Qzone", draft, "UTC", text)).toEqual([]);
    expect(trendAreas([], "Qzone", { ...draft, to: "2026-11-20T22:00" }, text)).toEqual([]);
    expect(trendAreas([], "Qzone", { ...draft, to: "2026-11-20T22:01" }, text)).toHaveLength(1);
  });
});

it("counts those that a chart shows", () => {
  const areas = [0, 10, 20, 30].map((from) => ({ from, to: from + 5, label: "", draft: false }));
  expect(countShown(areas, [5, 15, 20])).toBe(2);
  expect(countShown(areas, [])).toBe(0);
});
