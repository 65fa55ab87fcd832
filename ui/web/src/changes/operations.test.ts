import { describe, expect, it } from "vitest";
import type { OperationsLine } from "../api/told";
import { happened, share, sinceDays } from "./operations";

const line = (runs: number) =>
  ({
    changes: { runs },
    heals: { started: 0 },
    alarms: { received: 0 },
    requests: { opened: 0 },
    scaling: { decisions: 0 },
    peaks: { scored: 0 },
  }) as OperationsLine;

describe("statistics", () => {
  it("begin so many days ago, today among them", () => {
    expect(sinceDays(Date.UTC(2026, 10, 28), 7)).toBe("2026-11-22T00:00:00.000Z");
  });
  it("leave out what saw nothing", () => {
    expect([happened(line(0)), happened(line(2))]).toEqual([false, true]);
  });
  it("have bars of the widest one", () => {
    expect([share(1, 4), share(0, 0)]).toEqual([25, 0]);
  });
});
