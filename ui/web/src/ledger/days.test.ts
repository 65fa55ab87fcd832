import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "../api/ledger";
import { countHeld, pastDays } from "./days";

const entry = (day: string, horizon: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: "a",
  explain: `forecast:${day}/peak/${horizon}/a`,
  replayed: false,
  task: "peak",
  horizon,
  made_at: `${day}T${horizon}:00+08:00`,
  for: day,
  forecast: 30,
  lower: 28,
  upper: 33,
  actual: 31,
  naive: 29,
  error: -0.03,
  naive_error: -0.06,
  inside: true,
  interval_score: 5,
  ...change,
});

const noon = 12 * 3600;
const dayOf = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

describe("past days", () => {
  it("have forecasts at the hours at which they were made, by the server's clock", () => {
    const { data, said } = pastDays([entry("2026-11-20", "12:00"), entry("2026-11-20", "06:00")], 30);
    expect(said.map((s) => s.x - dayOf("2026-11-20"))).toEqual([noon / 2, noon]);
    const [times, came, forecast] = data;
    expect(times).toHaveLength(5);
    expect(came).toEqual([31, 31, 31, 31, 31]);
    expect(forecast).toEqual([null, 30, null, 30, null]);
  });
  it("are the newest ones, in order", () => {
    const entries = ["2026-11-21", "2026-11-19", "2026-11-20"].map((day) => entry(day, "09:00"));
    const { data } = pastDays(entries, 2);
    const [times, came] = data;
    expect(times[0]).toBe(dayOf("2026-11-20"));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(came).not.toContain(null);
  });
  it("do not run over a day about which nothing was said", () => {
    const { data } = pastDays([entry("2026-11-19", "09:00"), entry("2026-11-21", "09:00")], 30);
    expect(data[1]).toEqual([31, 31, 31, 31, 31, null, 31, 31, 31, 31, 31]);
  });
  it("leave what has not come as unknown", () => {
    const today = entry("2026-11-22", "00:00", { actual: null, inside: null, error: null });
    const { data, said } = pastDays([today], 30);
    expect(data[1]?.every((v) => v === null)).toBe(true);
    expect(said).toHaveLength(1);
    expect(countHeld(said)).toEqual({ held: 0, over: 0 });
  });
  it("are about peaks only, at the hours that are shown", () => {
    expect(
      pastDays([entry("2026-11-20", "15:00"), entry("2026-11-20", "9d", { task: "order" })], 30).said,
    ).toEqual([]);
  });
});

it("counts the intervals that held", () => {
  const day = "2026-11-20";
  const { said } = pastDays([entry(day, "06:00"), entry(day, "09:00", { inside: false })], 30);
  expect(countHeld(said)).toEqual({ held: 1, over: 2 });
});
