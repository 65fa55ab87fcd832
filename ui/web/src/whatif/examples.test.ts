import { expect, it } from "vitest";
import type { TreeNode } from "../api/types";
import { exampleScenarios } from "./examples";

const node = (id: string, modules: number, worst_headroom: number | null) =>
  ({ id, parent: "", modules, worst_headroom }) as TreeNode;

it("raises the load of the largest business of which anything is known", () => {
  const nodes = [node("a", 3, 40), node("learned", 90, null), node("b", 5, -3)];
  expect(exampleScenarios(nodes, [], "2026-11-22")[0]?.loads).toEqual([
    { path: "b", factor: "1.3", from: "2026-12-06", to: "2026-12-12" },
  ]);
});
