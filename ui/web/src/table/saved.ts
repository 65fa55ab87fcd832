/** A way to look at the table that has a name, kept in this browser. */
export interface SavedView {
  name: string;
  query: string; // as it stands in the URL, with its "?"; "" for the table as it comes
  first?: boolean; // the one that is shown where the URL asks for none
}

const key = "headroom-views";

/** Reads what is kept; what is not ours to read counts for nothing. */
export function readSaved(text: string | null): SavedView[] {
  try {
    const list = JSON.parse(text ?? "[]") as SavedView[];
    return list.filter(({ name, query }) => typeof name === "string" && typeof query === "string");
  } catch {
    return [];
  }
}

const byName = (a: SavedView, b: SavedView) => (a.name < b.name ? -1 : 1);

/** The list with a view under a name, which replaces the one of that name. */
export const saveView = (list: SavedView[], name: string, query: string): SavedView[] =>
  [...list.filter((view) => view.name !== name), { ...list.find((v) => v.name === name), name, query }].sort(
    byName,
  );

/** A name that is taken already is left to who has it. */
export const renameView = (list: SavedView[], name: string, to: string): SavedView[] =>
  list.some((view) => view.name === to)
    ? list
    : list.map((view) => (view.name === name ? { ...view, name: to } : view)).sort(byName);

export const removeView = (list: SavedView[], name: string) => list.filter((view) => view.name !== name);

/** Makes a view the first one, or none if it is that already. */
export const makeFirst = (list: SavedView[], name: string): SavedView[] =>
  list.map(({ first, ...view }) => (view.name === name && !first ? { ...view, first: true } : view));

export const keptViews = () => readSaved(localStorage.getItem(key));

export const keepViews = (list: SavedView[]) => localStorage.setItem(key, JSON.stringify(list));
