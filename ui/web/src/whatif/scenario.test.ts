import { describe, expect, it } from "vitest";
import { faultsOf, readFaults } from "./faults";
import { fresh, noScenario, toRequest } from "./scenario";

const scenario = {
  loads: [fresh.loads, { path: "a", factor: "1.3", from: "", to: "2026-12-20" }],
  lost: [
    { label: "rack", value: "", path: "" },
    { label: "rack", value: "r1", path: "a" },
  ],
  devices: [
    { path: "a/b", change: "1.5" },
    { path: "a/b", change: "-2" },
  ],
  lead: "45",
  target: "",
};

describe("a request", () => {
  it("has the whole parts, and knows where they stood", () => {
    expect(toRequest(scenario)).toEqual({
      body: {
        loads: [{ path: "a", uplift: 1.3, to: "2026-12-20" }],
        lost: [{ label: "rack", value: "r1", path: "a" }],
        devices: [{ path: "a/b", change: -2 }],
        lead_time: "45d",
      },
      places: { loads: [1], lost: [1], devices: [1] },
    });
  });
  it("is none while nothing is whole", () => {
    expect(toRequest(noScenario)).toBeNull();
    expect(toRequest({ ...noScenario, loads: [fresh.loads], target: "x" })).toBeNull();
  });
});

describe("faults", () => {
  const answer = [
    "loads[0].uplift: want a number above 0, got -1",
    'lost[0]: no device reports with rack="r1"; there is r2: r3',
    "lead_time: want 1d to 365d, got 400d",
    "something else: and more",
  ].join("\n");
  const places = { loads: [1], lost: [1], devices: [1] };
  it("are found beside the part that they name", () => {
    const faults = readFaults(answer, places);
    expect(faultsOf(faults, "loads", 0)).toEqual([]);
    expect(faultsOf(faults, "loads", 1)).toEqual([
      { part: "loads", index: 1, field: "uplift", message: "want a number above 0, got -1" },
    ]);
    expect(faultsOf(faults, "lost", 1)).toEqual([
      { part: "lost", index: 1, field: "", message: 'no device reports with rack="r1"; there is r2: r3' },
    ]);
    expect(faultsOf(faults, "lead_time")[0]?.message).toBe("want 1d to 365d, got 400d");
    expect(faultsOf(faults, "")[0]?.message).toBe("something else: and more");
  });
  it("are found behind the words of a decoder", () => {
    const line = 'the body is not what is wanted here: lead_time: want whole days from 1d to 365d, got "36h"';
    expect(readFaults(line, places)[0]).toEqual({
      part: "lead_time",
      index: 0,
      field: "",
      message: 'want whole days from 1d to 365d, got "36h"',
    });
  });
});
