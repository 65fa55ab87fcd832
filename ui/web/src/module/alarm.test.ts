import { expect, it } from "vitest";
import { sampleRow } from "../testing/sample";
import { alarmState, stepResult } from "./alarm";

it("tells an alarm from a deviation that is none yet, and from one that calms down", () => {
  const state = (change: object) => alarmState(sampleRow("a", change));
  expect(state({ alarm: true, deviates: true })).toBe("running");
  expect(state({ alarm: true, deviates: false })).toBe("calming");
  expect(state({ alarm: false, deviates: true })).toBe("outside");
  expect(state({ alarm: false, deviates: false })).toBe("calm");
});

it("does not call calm what cannot be judged", () => {
  expect(alarmState(sampleRow("a", { score: null, deviates: false }))).toBe("unknown");
  expect(alarmState(sampleRow("a", { state: "stale", deviates: false }))).toBe("unknown");
});

it("reads a step's number, and none where it says a word", () => {
  const step = (name: string, result: string) => ({ name, formula: "", numbers: "", result });
  const explanation = { id: "a", title: "", steps: [step("threshold", "4.25"), step("band", "learning")] };
  expect(stepResult(explanation, "threshold")).toBe(4.25);
  expect(stepResult(explanation, "band")).toBeNull();
  expect(stepResult(explanation, "scale")).toBeNull();
  expect(stepResult(undefined, "threshold")).toBeNull();
});
