import type { Heal } from "../api/heals";

/** How an action came out, from whether it helped down to how it ended. */
export type HealState = "helped" | "helped not" | "unproven" | Exclude<Heal["result"], "done">;

/** What was done counts as proven only once it is known whether it helped. */
export function healState({ result, verdict }: Pick<Heal, "result" | "verdict">): HealState {
  if (verdict) return verdict;
  return result === "done" ? "unproven" : result;
}

/** How many actions came out in which way, the most frequent first. */
export function healStates(heals: Heal[]): [HealState, number][] {
  const sums = new Map<HealState, number>();
  for (const heal of heals) sums.set(healState(heal), (sums.get(healState(heal)) ?? 0) + 1);
  return [...sums].sort(([, a], [, b]) => b - a);
}
