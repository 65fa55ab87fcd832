import { describe, expect, it } from "vitest";
import type { ModuleSummary } from "../api/fleet";
import { actionsOf, named, worstFirst } from "./consistency";

const standing = (module: string, inconsistent: number, unknown = 0) =>
  ({ module, inconsistent, unknown }) as ModuleSummary;

describe("consistency", () => {
  it("offers what changes something", () => {
    expect(actionsOf({ state: "ok" })).toEqual([]);
    expect(actionsOf({ state: "extra" })).toEqual(["repair", "adopt", "ignore"]);
    expect(actionsOf({ state: "ignored" })).toEqual(["unignore"]);
    expect(actionsOf({ state: "ok", adopted: true })).toEqual(["unadopt"]);
  });
  it("lists the worst modules first", () => {
    const list = [standing("b", 0), standing("a", 0), standing("c", 0, 2), standing("d", 7)];
    expect(worstFirst(list).map(({ module }) => module)).toEqual(["d", "c", "a", "b"]);
  });
  it("finds modules by a part of their name", () => {
    expect(named([standing("Shop/web", 0), standing("db", 0)], "WEB")).toHaveLength(1);
  });
});
