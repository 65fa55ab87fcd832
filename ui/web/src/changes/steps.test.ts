import { describe, expect, it } from "vitest";
import type { RunStep } from "../api/flows";
import { changedInputs, depthOf, firstToLookAt, lastedSeconds, listed, shownValue } from "./steps";

const step = (path: string, state: RunStep["state"], tool = "http"): RunStep => ({
  path,
  id: path,
  state,
  tool,
});

describe("steps of a run", () => {
  it("lie as deep as their path says", () => {
    expect(["a", "roll[2]", "roll[2]/stop", "side/left/x"].map(depthOf)).toEqual([0, 1, 1, 2]);
  });
  it("that ask for a person come first", () => {
    expect(firstToLookAt([step("a", "running"), step("b", "failed"), step("c", "waiting")])).toBe("c");
    expect(firstToLookAt([step("a", "done")])).toBe("");
  });
  it("last until now while they run", () => {
    expect(lastedSeconds(undefined, undefined, 0)).toBeNull();
    expect(lastedSeconds("1970-01-01T00:00:01Z", undefined, 3500)).toBe(2.5);
    expect(lastedSeconds("1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z", 9000)).toBe(1);
  });
  it("are retried with what was changed, of its own type", () => {
    const before = { url: "http://a", times: 3, nodes: ["a"] };
    expect(changedInputs(before, { url: "http://b", times: "3", nodes: '["a","b"]' })).toEqual({
      url: "http://b",
      nodes: ["a", "b"],
    });
    expect(changedInputs(before, { times: "many" })).toEqual({ times: "many" });
    expect(shownValue(["a"])).toBe('["a"]');
  });
  it("have values that are read without brackets", () => {
    expect([["a", "b"], [1, 2], [], "x", 0, true].map(listed)).toEqual([
      "a, b",
      "1, 2",
      "",
      "x",
      "0",
      "true",
    ]);
    expect(listed([["a"], { b: 1 }])).toBe('[["a"],{"b":1}]');
    expect(listed(undefined)).toBe("");
  });
});
