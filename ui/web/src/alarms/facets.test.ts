import { expect, it } from "vitest";
import { outcomes } from "../api/alarms";
import { bySeverity, facetsOf, severityClass, totalOf } from "./facets";
import { funnelOf, tallyOf } from "./funnel";
import { defaultAlarms } from "./view";

const counts = [
  { values: { outcome: "folded", severity: "critical", kind: "Down" }, alarms: 30 },
  { values: { outcome: "muted", severity: "critical", kind: "Down" }, alarms: 2 },
  { values: { outcome: "muted", severity: "warning", kind: "Slow" }, alarms: 9 },
  { values: { outcome: "muted", severity: "", kind: "Odd" }, alarms: 1 },
];
const none = { outcome: "", severity: "", kind: "" } as const;

it("counts the values that the other filters leave", () => {
  expect(facetsOf(counts, "severity", none)).toEqual([
    { value: "critical", alarms: 32 },
    { value: "warning", alarms: 9 },
  ]);
  expect(facetsOf(counts, "severity", { ...none, severity: "critical", outcome: "muted" })).toEqual([
    { value: "warning", alarms: 9 },
    { value: "critical", alarms: 2 },
  ]);
});

it("keeps a chosen value that no alarm has, so that it can be taken away", () => {
  expect(facetsOf(counts, "kind", { ...none, kind: "Gone", outcome: "folded" })).toEqual([
    { value: "Down", alarms: 30 },
    { value: "Gone", alarms: 0 },
  ]);
});

it("puts the worst severity first and unknown ones last", () => {
  const of = (...values: string[]) => bySeverity(values.map((value) => ({ value, alarms: 1 })));
  expect(of("page", "info", "warning", "critical").map((f) => f.value)).toEqual([
    "critical",
    "warning",
    "info",
    "page",
  ]);
});

it("takes no class from a sender", () => {
  expect(severityClass("Critical")).toBe("severity critical");
  expect(severityClass("hidden top")).toBe("severity");
});

it("lists exactly as many alarms as the number of the funnel that opens the list", () => {
  for (const { outcome, count } of funnelOf(tallyOf(counts)))
    expect(totalOf(counts, { ...defaultAlarms, outcome: outcome || "all" }), outcome).toBe(count);
  expect(
    outcomes.map((outcome) => totalOf(counts, { ...defaultAlarms, outcome })).reduce((a, b) => a + b),
  ).toBe(42);
});

it("leaves folded alarms to their causes where nothing is looked for", () => {
  expect(totalOf(counts, defaultAlarms)).toBe(12);
  expect(totalOf(counts, { ...defaultAlarms, severity: "critical" })).toBe(2);
  expect(totalOf(counts, { ...defaultAlarms, kind: "Down" })).toBe(32);
});
