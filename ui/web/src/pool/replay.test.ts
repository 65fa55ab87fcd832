import { describe, expect, it } from "vitest";
import type { Replayed, ReplayOutcome } from "../api/pool";
import { sampleService } from "../testing/pool";
import { curvesOf, readChange, rulesOf, shownValue, typedChange, writeChange } from "./replay";

const { policy } = sampleService();

const outcome = (hours: number, above: number, more: Partial<ReplayOutcome> = {}): ReplayOutcome => ({
  worker_hours: hours,
  needed_hours: 50,
  minutes: 1440,
  minutes_above: above,
  minutes_saturated: 0,
  decisions: 9,
  most_workers: 8,
  ...more,
});

const replayed: Replayed = {
  module: "a/b",
  timezone: "UTC",
  from: "2026-11-27T00:00:00Z",
  to: "2026-11-28T00:00:00Z",
  sides: [80, 60].map((hours, i) => ({
    policy,
    outcome: outcome(hours, 3),
    minutes_above_first: [3, 40][i] ?? 0,
    curve: { start: "2026-11-27T00:00:00Z", step_seconds: 120, workers: [4, 5], busy: [0.5, null] },
    command: "headroom replay",
  })),
  rivals: {
    ran: null,
    static_sized: outcome(0, 0, { workers: 0 }),
    static_peak: outcome(160, 0, { workers: 8 }),
    static_equal: outcome(120, 3, { workers: 6 }),
    hpa_equal: outcome(100, 3, { target: 0.5 }),
    hpa_plain: outcome(70, 90, { target: 0.6 }),
  },
};

describe("a change of a policy", () => {
  it("comes back from the URL as it was", () => {
    const change = { target: 0.7, step_in: 1, cooldown_in_seconds: 0 };
    expect(readChange(writeChange(change))).toEqual(change);
    expect(readChange("")).toEqual({});
    expect(readChange("target:often,colour:3,step_out:")).toEqual({});
  });
  it("is typed in percent and minutes, and only what differs counts", () => {
    const typed: Record<string, string> = {
      target: "70",
      scale_in: "55",
      stabilise_seconds: "10",
      step_in: "",
    };
    expect(typedChange((name) => typed[name] ?? "", policy)).toEqual({ target: 0.7, stabilise_seconds: 600 });
    expect(shownValue("target", policy, { target: 0.7 })).toBe("70");
    expect(shownValue("stabilise_seconds", policy, {})).toBe("5");
  });
});

describe("policies side by side", () => {
  it("are held against the first one, and so are the rules of others", () => {
    expect(rulesOf(replayed).map(({ name, at, saves, aboveFirst }) => [name, at, saves, aboveFirst])).toEqual(
      [
        ["policy", 0, 0, 3],
        ["policy", 1, 0.25, 40],
        ["peak", 8, -1, 0],
        ["hpaEqual", 50, -0.25, 3],
        ["hpaPlain", 60, 0.125, 90],
      ],
    );
  });
  it("have curves on the same times", () => {
    const start = Date.parse("2026-11-27T00:00:00Z") / 1000;
    expect(curvesOf(replayed, "busy")).toEqual([
      [start, start + 120],
      [50, null],
      [50, null],
    ]);
    expect(curvesOf(replayed, "workers")[2]).toEqual([4, 5]);
  });
});
