import { describe, expect, it, vi } from "vitest";
import { clock, count, decimal, otherZone, range, secondsBetween, signed, span, unknown } from "./format";

describe("numbers", () => {
  it("show unknown as a dash, never as zero", () => {
    for (const text of [decimal(null), count(null), signed(null), range(1, null), decimal(Number.NaN)]) {
      expect(text).toBe(unknown);
    }
    expect(decimal(0)).toBe("0.0");
  });
  it("keep their decimals and have no negative zero", () => {
    expect(decimal(23.46)).toBe("23.5");
    expect(decimal(-0.04)).toBe("0.0");
    expect(decimal(-1.2)).toBe("−1.2");
    expect(signed(0.004)).toBe("0.00");
    expect(signed(0.4)).toBe("+0.40");
  });
  it("are grouped by three digits", () => {
    expect(count(41793)).toBe("41,793");
    expect(count(2240000)).toBe("2,240,000");
    expect(count(100)).toBe("100");
    expect(count(-1382)).toBe("−1,382");
    expect(decimal(1382.25)).toBe("1,382.3");
    expect(decimal(-999.96)).toBe("−1,000.0");
    expect(decimal(1.23456, 5)).toBe("1.23456");
    expect(signed(1382.5)).toBe("+1,382.50");
  });
});

describe("times", () => {
  it("name their zone where the browser's is another", () => {
    vi.stubEnv("TZ", "Asia/Shanghai");
    expect(otherZone("2026-11-28T19:26:00+08:00")).toBe("");
    expect(otherZone("2026-11-28T11:26:00Z")).toBe("UTC");
    expect(otherZone("2026-11-28T16:56:00+05:30")).toBe("UTC+05:30");
    vi.stubEnv("TZ", "America/New_York");
    expect(otherZone("2026-11-28T19:26:00+08:00")).toBe("UTC+08");
    expect(otherZone("2026-11-28T06:26:00-05:00")).toBe("");
    vi.unstubAllEnvs();
  });
  it("are read in the server's zone", () => {
    expect(clock("2026-11-22T21:05:00+08:00")).toBe("21:05");
    expect(clock(null)).toBe(unknown);
  });
  it("are as far apart as they are, in any zone", () => {
    expect(secondsBetween("2026-11-22T20:58:00+08:00", "2026-11-22T13:05:00Z")).toBe(420);
  });
  it("become the largest unit that says enough", () => {
    expect(span(-3)).toEqual([0, "s"]);
    expect(span(59.9)).toEqual([59, "s"]);
    expect(span(3599)).toEqual([59, "min"]);
    expect(span(7200)).toEqual([2, "h"]);
    expect(span(5 * 86400)).toEqual([5, "d"]);
  });
});
