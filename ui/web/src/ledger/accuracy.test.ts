import { expect, it } from "vitest";
import type { LedgerDay, LedgerEntry, LedgerSummary } from "../api/ledger";
import { dayTime } from "../charts/series";
import { accuracyOf, newestForecasts } from "./accuracy";

const of = (day: string, error: number | null, replayed = false, scored = 1): LedgerDay => {
  const summary: Partial<LedgerSummary> = { error, replayed, scored, naive_error: 0.2, coverage: 0.95 };
  return { day, summary: summary as LedgerSummary };
};

it("shows percents by day, what was said in the open before what was replayed", () => {
  const { data, open } = accuracyOf([
    of("2026-11-01", 0.03, true),
    of("2026-11-02", 0.04, true),
    of("2026-11-03", 0.05),
    of("2026-11-03", 0.5, true),
    of("2026-11-04", null, false, 0),
  ]);
  expect(data).toEqual([
    ["2026-11-01", "2026-11-02", "2026-11-03"].map(dayTime),
    [3, 4, 5],
    [20, 20, 20],
    [95, 95, 95],
  ]);
  expect(open).toBe(dayTime("2026-11-03"));
});

it("knows of days that were all said in the open, and of none", () => {
  expect(accuracyOf([of("2026-11-03", 0.05)]).open).toBeNull();
  expect(accuracyOf([of("2026-11-03", 0.05, true)]).open).toBeNull();
  expect(accuracyOf([]).data[0]).toEqual([]);
});

it("lists single forecasts, the newest first", () => {
  const made = (task: string, about: string, made_at: string) =>
    ({ task, for: about, made_at }) as LedgerEntry;
  const all = [
    made("peak", "2026-11-20", "2026-11-20T06:00"),
    made("band", "2026-11-22", ""),
    made("growth", "2026-11-21", "2026-11-14T01:00"),
    made("peak", "2026-11-20", "2026-11-20T12:00"),
  ];
  expect(newestForecasts(all).map((e) => `${e.for} ${e.made_at.slice(-5)}`)).toEqual([
    "2026-11-21 01:00",
    "2026-11-20 12:00",
    "2026-11-20 06:00",
  ]);
});
