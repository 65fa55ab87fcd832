import type { BriefNode, PoolNode } from "../api/pool";
import { hasWords } from "../words";
import { byText } from "./services";
import type { PoolView } from "./view";

/** The colours of forecast load: below 20, 40, 60 and 80 % of all cores, and above. */
export const loadSteps = [20, 40, 60, 80];

/** Which of the colours, from 0; a node that is lost has none. */
export const loadStep = ({ state, expected_cpu }: Pick<BriefNode, "state" | "expected_cpu">) =>
  state === "lost" ? null : loadSteps.filter((step) => expected_cpu >= step).length;

/** Ticks that fit into a cell of the grid. */
export const mostTicks = 24;

/** A node's workers as ticks: those that serve, are missing and stop; more is how many have no tick. */
export function ticksOf({ wanted, serving, stopping }: Pick<BriefNode, "wanted" | "serving" | "stopping">) {
  let left = mostTicks;
  const take = (n: number) => {
    const taken = Math.max(0, Math.min(n, left));
    left -= taken;
    return taken;
  };
  const ticks = { serving: take(serving), missing: take(wanted - serving), stopping: take(stopping) };
  return { ...ticks, more: Math.max(wanted, serving) + stopping - (mostTicks - left) };
}

/** The nodes that pass the filters, in their order, which is by name. */
export function shownNodes(nodes: BriefNode[], { search, state }: Pick<PoolView, "search" | "state">) {
  const fits = hasWords(search);
  const passes = (node: BriefNode) => (state === "" || node.state === state) && fits(saying(node));
  return nodes.filter(passes);
}

/** What a node can be found by: its name and its labels, as "rack=r12". */
const saying = ({ name, resources }: BriefNode) =>
  [name, ...Object.entries(resources.labels ?? {}).map((pair) => pair.join("="))].join(" ").toLowerCase();

/** The names of all labels. */
export const labelsOf = (nodes: BriefNode[]) =>
  [...new Set(nodes.flatMap((node) => Object.keys(node.resources.labels ?? {})))].sort(byText);

/** Nodes by the value of a label; those without it come last, under an empty value. */
export function groupNodes(nodes: BriefNode[], label: string): [string, BriefNode[]][] {
  if (label === "") return [["", nodes]];
  const groups = new Map<string, BriefNode[]>();
  for (const node of nodes) {
    const value = node.resources.labels?.[label] ?? "";
    const group = groups.get(value);
    if (group) group.push(node);
    else groups.set(value, [node]);
  }
  return [...groups].sort(([a], [b]) => Number(a === "") - Number(b === "") || byText(a, b));
}

/** The mean forecast load of nodes that are not lost; null without any. */
export function meanLoad(nodes: BriefNode[]): number | null {
  const there = nodes.filter((node) => node.state !== "lost");
  return there.length === 0 ? null : there.reduce((sum, n) => sum + n.expected_cpu, 0) / there.length;
}

/** What may be ordered of a node in its state. */
export function actionsOf({ state, cordon, drain }: Pick<PoolNode, "state" | "cordon" | "drain">) {
  const all = {
    cordon: !cordon && !drain,
    drain: !drain,
    open: Boolean(cordon || drain),
    forget: state === "lost",
  };
  return (["cordon", "drain", "open", "forget"] as const).filter((action) => all[action]);
}
