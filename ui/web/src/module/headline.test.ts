import { expect, it } from "vitest";
import type { Growth } from "../api/types";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { headline } from "./headline";

const noGrowth = { percent_per_day: null };
const noPeak = { headroom: null };

/** The sentence of a row, without what comes. */
const said = (change: object, text = en, muted = "") =>
  headline(
    { row: sampleRow("a", { ...noPeak, ...change }), growth: sampleGrowth("a", noGrowth) },
    text,
    muted,
  );

it("says what is seen, what is normal and since when it is not", () => {
  expect(said({})).toBe(
    "Load 23.5 %, expected 20.8 % (19.0–22.6): deviates up for 7 min (since 20:58), score 1.5.",
  );
  expect(said({}, zh)).toBe(
    "负载 23.5 %，预期 20.8 %（19.0–22.6）：偏高，已持续 7 分钟（始于 20:58），偏离度 1.5。",
  );
});

it("goes on with the peak, whether the machines hold it, and what comes", () => {
  const all = headline({ row: sampleRow("a"), growth: sampleGrowth("a") }, en);
  expect(all).toContain(
    "Today's peak 27.3 % at 21:40: the machines hold it with 54.5 % of the target free. ",
  );
  expect(all).toMatch(/Grows \+0\.40 % a day; 1 device to request\.$/);
  const full = { full_on: { value: "2027-01-03", lower: "", upper: "" }, devices_to_request: 0 };
  expect(headline({ row: sampleRow("a"), growth: sampleGrowth("a", full) }, zh)).toMatch(
    /今日峰值 27\.3 %（21:40）：设备可承载，目标负载尚余 54\.5 %。每天增长 \+0\.40 %，2027-01-03 触顶；无需申请。$/,
  );
  const of = (growth: Partial<Growth>) =>
    headline({ row: sampleRow("a"), growth: sampleGrowth("a", growth) }, en);
  expect(of({ trend_per_day: 0.03 })).toContain("Grows +0.40 % a day (the forecast counts on +0.12 %);");
  expect(of({ trend_per_day: 0.06 })).toContain("Grows +0.40 % a day;");
  expect(of({ trend_per_day: null })).toContain("Grows +0.40 % a day;");
  expect(of({ trend_per_day: 0, slope_doubted: true })).toContain("does not count on it);");
  const shrinking = { percent_per_day: -0.25, devices_to_request: 0 };
  expect(headline({ row: sampleRow("a"), growth: sampleGrowth("a", shrinking) }, en)).toMatch(
    /Shrinks 0\.25 % a day; nothing to request\.$/,
  );
});

it("takes machines together that are not shared", () => {
  expect(headline({ row: sampleRow("a"), growth: sampleGrowth("a") }, en, "", false)).toContain(
    ": taken together, the machines hold it with 54.5 %",
  );
});

it("says what the machines do not hold", () => {
  expect(said({ headroom: -9 })).toMatch(
    /the machines do not hold it, it is 9\.0 % over the target of 60 %\.$/,
  );
  expect(said({ headroom: 8, headroom_after_loss: -3 })).toMatch(
    /8\.0 % of the target free, not without rack r1\.$/,
  );
  const single = {
    headroom: 8,
    headroom_after_loss: null,
    largest_domain: { label: "device", value: "", devices: 1 },
  };
  expect(said(single)).toMatch(/, not without 1 device\.$/);
});

it("is calm about what is normal, and quiet about who is not told of it", () => {
  const row = { deviates: false, direction: "", since: null };
  expect(said(row)).toMatch(/: as usual\.$/);
  expect(said(row, en, "change r7")).toMatch(/: as usual\.$/);
  expect(said({}, en, "change r7")).toMatch(/score 1\.5\. Nobody is told of it: change r7\.$/);
});

it("says what is missing and how old the data are", () => {
  expect(said({ state: "learning", reason: "2 of 3 days", mean: null })).toBe(
    "Load 23.5 %. Still learning: 2 of 3 days.",
  );
  expect(said({ state: "learning", reason: "peak: 8 of 10 full days" })).toBe(
    `${said({})} Still learning: peak: 8 of 10 full days.`,
  );
  const stale = { state: "stale", age_seconds: 720, deviates: false };
  expect(said(stale)).toMatch(/^No data for 12 min; the last values are shown\. Load 23\.5 %/);
  expect(said({ devices_silent: 2 })).toMatch(/score 1\.5\. 2 devices silent\.$/);
  expect(said({ load: null })).toBe("Nothing was measured yet.");
  expect(said({ ...stale, load: null })).toBe("No data for 12 min: no device reports.");
  expect(said({ load: null, devices: 0 })).toBe("No device reports.");
});
