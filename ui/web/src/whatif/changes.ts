import type { Num } from "../api/types";
import type { WhatIf, WhatIfRow } from "../api/whatif";
import { hasWords } from "../words";
import type { WhatIfView } from "./view";

/** A node with its row in each scenario that changes it. */
export interface Change {
  id: string;
  path: string[];
  rows: (WhatIfRow | undefined)[]; // by scenario
  more: number; // further devices, the most that a scenario asks for
}

/** The further devices of a row; what is not known counts as none. */
export const further = ({ before, after }: WhatIfRow) =>
  difference(before.devices_to_request, after.devices_to_request) ?? 0;

export const difference = (before: Num, after: Num): Num =>
  before === null || after === null ? null : after - before;

/** Joins the rows of the scenarios by node: those that need the most further devices first. */
export function joinChanges(answers: (WhatIf | undefined)[]): Change[] {
  const byId = new Map<string, Change>();
  answers.forEach((answer, i) => {
    for (const row of answer?.rows ?? []) {
      const change = byId.get(row.id) ?? {
        id: row.id,
        path: row.path,
        rows: answers.map(() => undefined),
        more: Number.NEGATIVE_INFINITY,
      };
      change.rows[i] = row;
      change.more = Math.max(change.more, further(row));
      byId.set(row.id, change);
    }
  });
  return [...byId.values()].sort((a, b) => b.more - a.more || (a.id < b.id ? -1 : 1));
}

/** The changes that the view asks for; every word of the search must be in the path. */
export function filterChanges(changes: Change[], { search, fills }: WhatIfView): Change[] {
  const fits = hasWords(search);
  return changes.filter(({ path, rows }) => {
    const text = path.join("/").toLowerCase();
    return (!fills || rows.some((row) => row?.fills_up)) && fits(text);
  });
}
