import { describe, expect, it } from "vitest";
import { InputError } from "../api/client";
import { sampleService } from "../testing/pool";
import { poolEn } from "../text/pool-en";
import { mostWorkers, orderOf, ordersOf, possibleActions } from "./orders";

const order = { who: "ann", why: "", at: "" };
const now = Date.parse("2026-11-27T12:00:00Z");
const ask = (action: Parameters<typeof orderOf>[0], typed = "") =>
  orderOf(action, typed, now, poolEn.actions);

describe("what can be ordered", () => {
  it("is the other mode, a hold and a number", () => {
    expect(possibleActions(sampleService())).toEqual(["recommend", "hold", "byHand"]);
    expect(possibleActions(sampleService({ mode: "recommend" }))).toEqual(["apply", "hold", "byHand"]);
  });
  it("takes back what was ordered", () => {
    const ordered = {
      mode_order: { ...order, mode: "apply" as const },
      hold: order,
      manual: { ...order, workers: 3 },
    };
    expect(possibleActions(sampleService(ordered))).toEqual([
      "recommend",
      "configured",
      "release",
      "byHand",
      "policyAgain",
    ]);
  });
  it("is the end of a service that is no longer configured", () => {
    expect(possibleActions(sampleService({ configured: false }))).toEqual(["retire"]);
    expect(possibleActions(sampleService({ configured: false, retiring: order }))).toEqual([]);
  });
});

it("what was ordered is told with its name", () => {
  const hold = { ...order, why: "release" };
  const told = ordersOf(sampleService({ hold, manual: { ...order, workers: 3 } }), poolEn);
  expect(told.map(([what]) => what)).toEqual(["held", "by hand: 3"]);
  expect(told[0]?.[1]).toBe(hold);
  expect(ordersOf(sampleService(), poolEn)).toEqual([]);
});

describe("the order", () => {
  it("says what was chosen", () => {
    expect(ask("apply")).toEqual({ action: "mode", mode: "apply" });
    expect(ask("configured")).toEqual({ action: "mode" });
    expect(ask("policyAgain")).toEqual({ action: "workers", workers: 0 });
    expect(ask("release")).toEqual({ action: "release" });
  });
  it("holds for so many hours, or until it is released", () => {
    expect(ask("hold", "1.5")).toEqual({ action: "hold", until: "2026-11-27T13:30:00.000Z" });
    expect(ask("hold", " ")).toEqual({ action: "hold" });
    for (const typed of ["0", "-1", "soon"]) expect(() => ask("hold", typed)).toThrow(InputError);
  });
  it("wants a whole number of workers", () => {
    expect(ask("byHand", " 12 ")).toEqual({ action: "workers", workers: 12 });
    for (const typed of ["", "0", "1.5", "many", `${mostWorkers + 1}`])
      expect(() => ask("byHand", typed)).toThrow(InputError);
  });
});
