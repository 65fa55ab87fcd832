// What the table shows before the whole of it is there.

import { api } from "../api/client";
import { askEarly } from "../api/live";
import type { Row } from "../api/types";
import { modelsOf } from "../state/model";
import { readView, type View, writeView } from "../state/view";
import { keptViews } from "./saved";

/** So many rows fill a high screen. */
const most = 60;

/** The server's own names of the orders in which it has the rows as the table has them. */
const orders: Record<string, string> = {
  path: "path",
  devices: "devices",
  processes: "processes",
  load: "load",
  mean: "mean",
  deviates: "deviates",
  peak: "peak_today",
  headroom: "headroom",
};

/** The key of the first rows of a view; none where the server cannot tell which they are. */
export function firstKey({ sort, search, chips, owner, group, ...view }: View): string | undefined {
  const filtered = search || chips.length > 0 || owner || group || view.model === "both";
  const known = orders[sort.replace("-", "")];
  return filtered || !known ? undefined : `first ${view.path} ${view.level} ${view.model} ${sort}`;
}

export function firstRows({ path, level, sort, model }: View): Promise<Row[]> {
  const by = sort.replace(/\w+/, (word) => orders[word] ?? word);
  return api.firstRows(path, level, modelsOf(model)[0], by, most);
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
