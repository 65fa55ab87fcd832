import { describe, expect, it } from "vitest";
import type { SearchHit } from "../api/told";
import { grouped, moved, piecesOf, placeOf } from "./hits";

const hit = (kind: string, id: string, more: Partial<SearchHit> = {}): SearchHit => ({
  kind,
  id,
  path: "",
  title: id,
  snippet: "",
  at: null,
  url: "",
  ...more,
});

describe("hits", () => {
  it("have the words that were asked for in pieces of their own", () => {
    expect(piecesOf("then \u0001restart\u0002 it, \u0001restart\u0002")).toEqual([
      { text: "then ", asked: false },
      { text: "restart", asked: true },
      { text: " it, ", asked: false },
      { text: "restart", asked: true },
    ]);
    expect(piecesOf("plain")).toEqual([{ text: "plain", asked: false }]);
  });
  it("lead to our pages", () => {
    expect(placeOf(hit("alarm", "x", { url: "/alarms/x" }))).toBe("alarms/x");
    expect(placeOf(hit("run", "r1"))).toBe("changes/runs/r1");
    expect(placeOf(hit("request", "R1"))).toBe("changes?show=requests&of=R1");
    expect(placeOf(hit("runbook", "web.md"))).toBe("");
  });
  it("are grouped by kind", () => {
    const groups = grouped([hit("module", "a"), hit("run", "r"), hit("module", "b")]);
    expect(groups.map(([kind, hits]) => [kind, hits.length])).toEqual([
      ["module", 2],
      ["run", 1],
    ]);
  });
  it("are chosen one after the other", () => {
    expect([moved(-1, 1, 3), moved(2, 1, 3), moved(0, -1, 3)]).toEqual([0, 2, 0]);
  });
});
