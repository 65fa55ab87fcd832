import type { Growth, Row } from "../api/types";

const nothing = { value: null, lower: null, upper: null };

/** A row for tests, of which only what matters is given. */
export function sampleRow(id: string, change: Partial<Row> = {}): Row {
  return {
    id,
    path: id.split("/"),
    level: "module",
    devices: 7,
    devices_silent: 0,
    processes: null,
    busy_seconds: null,
    requests: null,
    at: "2026-11-22T21:05:00+08:00",
    load: 23.5,
    load_max: 30,
    mean: 20.8,
    lower: 19,
    upper: 22.6,
    days: 28,
    deviates: true,
    direction: "up",
    alarm: false,
    score: 1.5,
    since: "2026-11-22T20:58:00+08:00",
    peak_today: { value: 27.3, lower: 26.1, upper: 28.9, at: "2026-11-22T21:40:00+08:00", seen: 27 },
    headroom: 54.5,
    headroom_after_loss: 36.3,
    largest_domain: { label: "rack", value: "r1", devices: 2 },
    state: "ok",
    age_seconds: 0,
    note: "",
    owner: "",
    ...change,
  };
}

export function sampleGrowth(id: string, change: Partial<Growth> = {}): Growth {
  return {
    id,
    path: id.split("/"),
    level: "module",
    as_of: "2026-11-21",
    days: 60,
    slope_per_day: 0.1,
    percent_per_day: 0.4,
    trend_per_day: 0.1,
    slope_doubted: false,
    r2: 0.9,
    peak_now: 27,
    horizon_days: 30,
    peak_at_horizon: nothing,
    peak_max: nothing,
    target_load: 60,
    full_on: { value: "", lower: "", upper: "" },
    devices: 7,
    devices_needed: 8,
    devices_to_request: 1,
    risk: 0.05,
    peak_at_risk: 66.2,
    event: "",
    spares: 0,
    pooled_needed: null,
    state: "ok",
    reason: "",
    ...change,
  };
}
