import { describe, expect, it } from "vitest";
import { sampleNode } from "../testing/pool";
import { actionsOf, groupNodes, labelsOf, loadStep, meanLoad, mostTicks, shownNodes, ticksOf } from "./nodes";

const labelled = (name: string, labels: Record<string, string> | null, change = {}) => {
  const node = sampleNode({ name, ...change });
  return { ...node, resources: { ...node.resources, labels } };
};
const nodes = [
  labelled("n10", { rack: "r2", site: "x" }, { expected_cpu: 90 }),
  labelled("n9", { rack: "r10" }, { state: "lost" }),
  labelled("n1", null, { expected_cpu: 10 }),
];

it("the colour steps with the forecast load; a lost node has none", () => {
  const step = (expected_cpu: number) => loadStep({ state: "ready", expected_cpu });
  expect([0, 19.9, 20, 59, 60, 80, 140].map(step)).toEqual([0, 0, 1, 2, 3, 4, 4]);
  expect(loadStep({ state: "lost", expected_cpu: 50 })).toBeNull();
});

describe("workers as ticks", () => {
  it("serve, are missing, or stop", () => {
    const ticks = ticksOf({ wanted: 5, serving: 3, stopping: 1 });
    expect(ticks).toEqual({ serving: 3, missing: 2, stopping: 1, more: 0 });
  });
  it("are no more than fit, and the rest is a number", () => {
    const ticks = ticksOf({ wanted: 90, serving: 20, stopping: 5 });
    expect(ticks).toEqual({ serving: 20, missing: mostTicks - 20, stopping: 0, more: 95 - mostTicks });
  });
  it("are none on an idle node", () => {
    expect(ticksOf({ wanted: 0, serving: 0, stopping: 0 })).toEqual({
      serving: 0,
      missing: 0,
      stopping: 0,
      more: 0,
    });
  });
});

it("nodes are found by name, label and state, and keep their order", () => {
  const names = (search: string, state: "" | "lost" = "") =>
    shownNodes(nodes, { search, state }).map((node) => node.name);
  expect(names("")).toEqual(nodes.map((node) => node.name));
  expect(names("rack=r2 X")).toEqual(["n10"]);
  expect(names("", "lost")).toEqual(["n9"]);
});

it("groups nodes by a label, those without it last", () => {
  expect(labelsOf(nodes)).toEqual(["rack", "site"]);
  const groups = groupNodes(nodes, "rack").map(([value, group]) => [value, group.map((node) => node.name)]);
  expect(groups).toEqual([
    ["r2", ["n10"]],
    ["r10", ["n9"]],
    ["", ["n1"]],
  ]);
  expect(groupNodes(nodes, "")).toEqual([["", nodes]]);
});

it("the mean leaves lost nodes out", () => {
  expect(meanLoad(nodes)).toBe(50);
  expect(meanLoad(nodes.filter((node) => node.state === "lost"))).toBeNull();
});

it("offers what a node's state allows", () => {
  const order = { who: "ann", why: "", at: "" };
  expect(actionsOf(sampleNode())).toEqual(["cordon", "drain"]);
  expect(actionsOf(sampleNode({ state: "cordoned", cordon: order }))).toEqual(["drain", "open"]);
  expect(actionsOf(sampleNode({ state: "draining", drain: order }))).toEqual(["open"]);
  expect(actionsOf(sampleNode({ state: "lost" }))).toEqual(["cordon", "drain", "forget"]);
});
