import { describe, expect, it } from "vitest";
import { sampleGrowth } from "../testing/sample";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { orderLines } from "./order";

const calibrated = sampleGrowth("a", {
  devices: 34,
  target_load: 60,
  peak_at_risk: 70.1,
  devices_needed: 42,
  devices_to_request: 10,
  spares: 2,
});

const resultsOf = (change: object) => {
  const lines = orderLines({ ...calibrated, ...change }, true, en);
  return Object.fromEntries(lines.map(({ name, result }) => [name, result]));
};

describe("an order's lines", () => {
  it("go from the peak to the devices", () => {
    const lines = orderLines(calibrated, true, en);
    expect(lines.map((l) => l.result)).toEqual(["–", "70.1 %", "40", "+2", "42", "−34", "10"]);
    expect(lines[2]?.detail).toBe("⌈ 34 × 70.1 ÷ 60 ⌉");
  });
  it("say when the minimum decides", () => {
    expect(resultsOf({})[en.order.minimum]).toBeUndefined();
    expect(resultsOf({ devices_needed: 52 })[en.order.minimum]).toBe("50");
  });
  it("say from what a request was rounded up", () => {
    expect(orderLines(calibrated, true, en).at(-1)?.detail).toBe(en.order.rounded("8"));
    expect(orderLines({ ...calibrated, devices_to_request: 8 }, true, en).at(-1)?.detail).toBe("");
  });
  it("say how many are there beyond what is needed, if any are", () => {
    const detail = (needed: number) =>
      orderLines({ ...calibrated, devices_needed: needed, devices_to_request: 0 }, true, en).at(-2)?.detail;
    expect(detail(30)).toBe(en.order.enough("4"));
    expect(detail(34)).toBe("");
  });
  it("name the event that makes the peak", () => {
    expect(orderLines({ ...calibrated, event: "Singles' Day" }, true, en)[1]?.detail).toContain(
      "Singles' Day",
    );
  });
  it("do without risk in the classic model", () => {
    const peak = { value: 66, lower: 60, upper: 71 };
    const lines = resultsOf({
      risk: null,
      peak_at_risk: null,
      spares: null,
      peak_at_horizon: peak,
      devices_needed: 38,
    });
    expect(lines[en.order.peakAtHorizon(30)]).toBe("66.0 %");
    expect(lines[en.order.work]).toBe("38");
    expect(lines[en.order.spares]).toBeUndefined();
  });
  it("are sums above modules, with what sharing would save", () => {
    const lines = orderLines({ ...calibrated, pooled_needed: 39, peak_at_risk: null }, false, zh);
    expect(lines.map((l) => l.result)).toEqual(["34", "42", "10", "39"]);
    const classic = { ...calibrated, risk: null, peak_at_risk: null, spares: null };
    expect(orderLines(classic, false, zh).map((l) => l.result)).toEqual(["34", "42", "10"]);
  });
  it("are none while nothing is known, rather than zeros", () => {
    expect(orderLines({ ...calibrated, devices_needed: null }, true, en)).toEqual([]);
  });
});
