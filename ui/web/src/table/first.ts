// What the table shows before the whole of it is there.

import { api } from "../api/client";
import { askEarly } from "../api/live";
import type { Row } from "../api/types";
import { modelsOf } from "../state/model";
import { readView, type View, writeView } from "../state/view";
import { keptViews } from "./saved";

/** So many rows fill a high screen. */
const most = 60;

/** The orders in which the server has the rows as the table has them, by their names there. */
const orders = /^-?(path|devices|processes|load|mean|deviates|peak_today|headroom)$/;

const orderOf = (sort: string) => sort.replace("peak", "peak_today");

/** The key of the first rows of a view; none where the server cannot tell which they are. */
export function firstKey({ sort, search, chips, owner, group, ...view }: View): string | undefined {
  const filtered = search || chips.length > 0 || owner || group || view.model === "both";
  return filtered || !orders.test(orderOf(sort))
    ? undefined
    : `first ${view.path} ${view.level} ${view.model} ${sort}`;
}

export function firstRows({ path, level, sort, model }: View): Promise<Row[]> {
  return api.firstRows(path, level, modelsOf(model)[0], orderOf(sort), most);
}

/** The view that the person of this browser wants first, where the URL asks for none. */
export function wantedView(view: View): View | undefined {
  const first = keptViews().find((saved) => saved.first);
  return first?.query && writeView(view) === "" ? readView(first.query) : undefined;
}

/** Asks for what the table needs first, before anything is drawn. */
export function openTable(view: View): Promise<unknown> {
  const key = firstKey(view);
  return Promise.all([
    askEarly(`tree ${view.model}`, () => api.branches(modelsOf(view.model)[0])),
    key && askEarly(key, () => firstRows(view)),
  ]);
}
