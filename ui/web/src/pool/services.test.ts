import { describe, expect, it } from "vitest";
import { sampleDecision, sampleService } from "../testing/pool";
import { countKinds, groupWorkers, linesOf, shownLines, signsOf, spreadOf } from "./services";
import { defaultPool } from "./view";

const lines = linesOf(
  [
    sampleService({ module: "shop/m10", decision: sampleDecision({ module: "shop/m10", fraction: 0.9 }) }),
    sampleService({ module: "shop/m9", mode: "recommend", decision: null }),
  ],
  [
    sampleDecision({ module: "shop/m10" }),
    sampleDecision({ module: "mail/m1", fraction: 0.2, desired: 12, mode: "recommend" }),
  ],
);
const names = (view: Partial<typeof defaultPool>) =>
  shownLines(lines, { ...defaultPool, ...view }).map((line) => line.module);

describe("the lines", () => {
  it("are the services, and the modules that have none", () => {
    expect(lines.map(({ module, kind }) => [module, kind])).toEqual([
      ["mail/m1", "only"],
      ["shop/m9", "recommend"],
      ["shop/m10", "apply"],
    ]);
    expect(countKinds(lines)).toEqual({ apply: 1, recommend: 1, only: 1 });
  });
  it("are found by their words and filters", () => {
    expect(names({ search: "SHOP m1" })).toEqual(["shop/m10"]);
    expect(names({ mode: "only" })).toEqual(["mail/m1"]);
    expect(names({ attention: true })).toEqual(["shop/m10"]);
  });
  it("are sorted, what is not known last", () => {
    expect(names({ sort: "-name" })).toEqual(["shop/m10", "shop/m9", "mail/m1"]);
    expect(names({ sort: "busy" })).toEqual(["mail/m1", "shop/m10", "shop/m9"]);
    expect(names({ sort: "-busy" })).toEqual(["shop/m10", "mail/m1", "shop/m9"]);
    expect(names({ sort: "-workers" })).toEqual(["mail/m1", "shop/m9", "shop/m10"]);
    expect(names({ sort: "nothing" })).toEqual(names({}));
  });
});

describe("what wants to be looked at", () => {
  it("is nothing while all is well", () => {
    expect(signsOf(sampleService(), sampleDecision())).toEqual([]);
  });
  it("is told the worst first", () => {
    const bad = { failing: 1, unhealthy: 1, lost: 1, overloaded: 2, serving: 1, configured: false };
    const decision = sampleDecision({ short: "no room", fraction: 0.61 });
    expect(signsOf(sampleService(bad), decision)).toEqual([
      "short",
      "lost",
      "failing",
      "unhealthy",
      "overloaded",
      "missing",
      "busy",
      "unconfigured",
    ]);
  });
  it("does not miss workers that start", () => {
    expect(signsOf(sampleService({ serving: 1, starting: 3 }), null)).toEqual([]);
  });
  it("is not busy at the target, or where that is not known", () => {
    expect(signsOf(null, sampleDecision({ fraction: 0.6 }))).toEqual([]);
    expect(signsOf(null, sampleDecision({ fraction: null }))).toEqual([]);
  });
});

it("proxies differ by the most and the fewest workers behind them", () => {
  expect(spreadOf({ lb1: 4, lb2: 3, lb3: 4 })).toBe(1);
  expect(spreadOf({ lb1: 0, lb2: 0 })).toBe(0);
  expect(spreadOf({ lb1: 4 })).toBeNull();
  expect(spreadOf(undefined)).toBeNull();
});

it("groups workers by name, numbers in order", () => {
  expect(groupWorkers(["n10", "n2", "n10"], (name) => name)).toEqual([
    ["n2", ["n2"]],
    ["n10", ["n10", "n10"]],
  ]);
});
