import { expect, it } from "vitest";
import type { TreeNode } from "../api/types";
import { growBranches, totals } from "./branches";

const levels = ["business", "product", "module"];

function node(id: string, modules = 1, deviating = 0): TreeNode {
  const path = id.split("/");
  const level = levels[path.length - 1] ?? "";
  return {
    id,
    path,
    level,
    parent: path.slice(0, -1).join("/"),
    modules,
    deviating,
    stale: 0,
    learning: 0,
    worst_headroom: 50 - deviating,
  };
}

it("hangs nodes under their parents in natural order, without the modules", () => {
  const nodes = [node("b10"), node("b9/p"), node("b9"), node("b9/p/m"), node("b9/o")];
  const branches = growBranches(nodes, levels);
  expect(branches.map((b) => b.node.id)).toEqual(["b9", "b10"]);
  expect(branches[0]?.children.map((b) => b.node.id)).toEqual(["b9/o", "b9/p"]);
  expect(branches[0]?.children[1]?.children).toEqual([]);
});

it("sums the top only, so that nothing counts twice", () => {
  const branches = growBranches([node("a", 5, 2), node("a/p", 5, 2), node("b", 3, 1)], levels);
  expect(totals(branches)).toEqual({ modules: 8, deviating: 3, worst_headroom: 48 });
});

it("leaves out of the worst what is not known", () => {
  const unknown = { ...node("b"), worst_headroom: null };
  expect(totals(growBranches([unknown, node("a", 1, 60)], levels)).worst_headroom).toBe(-10);
  expect(totals(growBranches([unknown], levels)).worst_headroom).toBeNull();
});
