import type { TreeNode } from "../api/types";

/** A node of the business tree with what hangs below it. */
export interface Branch {
  node: TreeNode;
  children: Branch[];
}

/**
 * Hangs the nodes under their parents, by name. Modules, the last level, are
 * left out: the table shows them.
 */
export function growBranches(nodes: TreeNode[], levels: string[]): Branch[] {
  const leaf = levels.at(-1);
  const branches = new Map<string, Branch>();
  for (const node of nodes) {
    if (node.level !== leaf) branches.set(node.id, { node, children: [] });
  }
  const top: Branch[] = [];
  for (const branch of branches.values()) {
    (branches.get(branch.node.parent)?.children ?? top).push(branch);
  }
  const natural = new Intl.Collator("en", { numeric: true });
  const sort = (list: Branch[]) => {
    list.sort((a, b) => natural.compare(a.node.id, b.node.id));
    for (const { children } of list) sort(children);
  };
  sort(top);
  return top;
}

/** What the top nodes come to, for the line "all". */
export function totals(branches: Branch[]): Pick<TreeNode, "modules" | "deviating" | "worst_headroom"> {
  const nodes = branches.map(({ node }) => node);
  const worst = nodes.flatMap(({ worst_headroom: headroom }) => headroom ?? []);
  return {
    modules: nodes.reduce((sum, { modules }) => sum + modules, 0),
    deviating: nodes.reduce((sum, { deviating }) => sum + deviating, 0),
    worst_headroom: worst.length > 0 ? Math.min(...worst) : null,
  };
}
