import type { TreeNode } from "../api/types";
import type { KnownDomain } from "./offers";
import { noScenario, type Scenario } from "./scenario";

/** Scenarios of this very fleet to begin with; day is today, YYYY-MM-DD. */
export function exampleScenarios(nodes: TreeNode[], domains: KnownDomain[], day: string): Scenario[] {
  // Of a business that is still learned nothing would change.
  const known = (n: TreeNode) => Number(n.worst_headroom !== null);
  const largest = nodes
    .filter((n) => n.parent === "")
    .toSorted((a, b) => known(b) - known(a) || b.modules - a.modules)[0];
  const domain = domains[0];
  return [
    ...(largest
      ? [
          {
            ...noScenario,
            loads: [{ path: largest.id, factor: "1.3", from: daysAfter(day, 14), to: daysAfter(day, 20) }],
          },
        ]
      : []),
    ...(domain ? [{ ...noScenario, lost: [{ label: domain.label, value: domain.value, path: "" }] }] : []),
    {
      ...noScenario,
      loads: [{ path: "", factor: "1.1", from: "", to: "" }],
      lead: "60",
    },
  ];
}

const daysAfter = (day: string, n: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
