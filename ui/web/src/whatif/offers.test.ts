import { expect, it } from "vitest";
import type { TreeNode } from "../api/types";
import { exampleScenarios } from "./examples";
import { knownDomains, matching, nodeOffers } from "./offers";

const node = (id: string, level: string, modules = 1): TreeNode => ({
  id,
  path: id.split("/"),
  level,
  parent: id.split("/").slice(0, -1).join("/"),
  modules,
  deviating: 0,
  stale: 0,
  learning: 0,
  worst_headroom: null,
});
const nodes = [
  node("b", "business", 2),
  node("b/m10", "module"),
  node("b/m9", "module"),
  node("c", "business", 5),
];

it("offers nodes in natural order, and those in which every word is found", () => {
  expect(nodeOffers(nodes, "module").map((o) => o.value)).toEqual(["b/m9", "b/m10"]);
  expect(matching(nodeOffers(nodes), "M1 b").map((o) => o.value)).toEqual(["b/m10"]);
  expect(matching(nodeOffers(nodes), "")).toHaveLength(4);
});

it("knows the domains with a name, those of the most modules first", () => {
  const domain = (label: string, value: string) => ({ largest_domain: { label, value, devices: 1 } });
  const rows = [
    domain("rack", "r2"),
    domain("device", ""),
    domain("site", "s1"),
    domain("site", "s1"),
    { largest_domain: null },
  ];
  expect(knownDomains(rows)).toEqual([
    { label: "site", value: "s1", modules: 2 },
    { label: "rack", value: "r2", modules: 1 },
  ]);
});

it("makes examples of what the fleet has", () => {
  const [load, lost, lead] = exampleScenarios(
    nodes,
    [{ label: "rack", value: "r2", modules: 1 }],
    "2026-12-20",
  );
  expect(load?.loads).toEqual([{ path: "c", factor: "1.3", from: "2027-01-03", to: "2027-01-09" }]);
  expect(lost?.lost).toEqual([{ label: "rack", value: "r2", path: "" }]);
  expect(lead?.lead).toBe("60");
  expect(exampleScenarios([], [], "2026-12-20")).toHaveLength(1);
});
