import { describe, expect, it } from "vitest";
import type { Term } from "../api/types";
import { commandOf, type IdKind, joinId, pageOf, splitId, termsOf } from "./ids";

describe("an id", () => {
  it.each([
    ["row:Qzone/WNS@2026-11-22T21:05", { kind: "row", of: "Qzone/WNS", at: "2026-11-22T21:05" }],
    ["Qzone/WNS", { kind: "", of: "Qzone/WNS", at: "" }],
    ["Qzone/a@b@2026-11-01", { kind: "", of: "Qzone/a@b", at: "2026-11-01" }],
    ["odd:x", { kind: "", of: "odd:x", at: "" }],
    ["run:k3/roll[2]/stop", { kind: "run", of: "k3/roll[2]/stop", at: "" }],
    ["scale:a/b@2026-11-22T21:05:00+08:00", { kind: "scale", of: "a/b@2026-11-22T21:05:00+08:00", at: "" }],
  ] as const)("%s is split and joined", (id, parts) => {
    expect(splitId(id)).toEqual(parts);
    expect(joinId(splitId(id))).toBe(id);
  });

  it.each([
    ["row:a/b", "module/a/b"],
    ["scale:a/b@2026-11-22T21:05:00+08:00", "pool/services/a/b"],
    ["node:n1", "pool/nodes/n1"],
    ["run:k3/roll[2]", "changes/runs/k3?step=roll%5B2%5D"],
    ["request:R1", "changes?show=requests&of=R1"],
    ["forecast:2026-11-27/peak/12:00/a/b", "module/a/b"],
    ["mute:m1", ""],
  ])("%s leads to its page", (id, path) => {
    expect(pageOf(id)).toBe(path);
  });

  it("has the series of its kind", () => {
    const term = (term: string, of: Term["of"], series = "a") => ({
      term,
      summary: "",
      description: "",
      of,
      series,
      labels: "",
    });
    const all = [
      term("load", ""),
      term("band", "row"),
      term("full", "order"),
      term("short", "order", ""),
      term("workers", "decision"),
    ];
    const held = (kind: IdKind) => termsOf(kind, all).map(({ term }) => term);
    expect(held("")).toEqual(["load", "band", "full"]);
    expect(held("row")).toEqual(["load", "band"]);
    expect(held("order")).toEqual(["full"]);
    expect(held("run")).toEqual([]);
  });

  it("is quoted for a terminal where it has to be", () => {
    expect(commandOf({ id: "row:a/b", model: "classic" })).toBe("headroom explain --model=classic row:a/b");
    expect(commandOf({ id: "row:it's 支付", model: "" })).toBe("headroom explain 'row:it'\\''s 支付'");
  });
});
