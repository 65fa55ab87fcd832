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

/** Sums of the top nodes, for the line "all". */
export function totals(branches: Branch[]): { modules: number; deviating: number } {
  return branches.reduce(
    (sum, { node }) => ({
      modules: sum.modules + node.modules,
      deviating: sum.deviating + node.deviating,
    }),
    { modules: 0, deviating: 0 },
  );
}
