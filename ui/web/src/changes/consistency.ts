import type { FleetItem, ItemAction, ModuleSummary } from "../api/fleet";

/** What can be done about an item: what is not as declared is repaired, adopted or let be. */
export function actionsOf({ state, adopted }: Pick<FleetItem, "state" | "adopted">): ItemAction[] {
  const all: ItemAction[] = [];
  if (state === "missing" || state === "different" || state === "extra")
    all.push("repair", "adopt", "ignore");
  if (state === "ignored") all.push("unignore");
  if (adopted) all.push("unadopt");
  return all;
}

/** The modules with inconsistent nodes first, the most of them before, then those of which something is unknown. */
export const worstFirst = (list: ModuleSummary[]) =>
  list.toSorted(
    (a, b) => b.inconsistent - a.inconsistent || b.unknown - a.unknown || a.module.localeCompare(b.module),
  );

/** The modules whose id has a text, whatever its case. */
export const named = (list: ModuleSummary[], search: string) =>
  list.filter(({ module }) => module.toLowerCase().includes(search.toLowerCase()));
