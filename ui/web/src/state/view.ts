// What the warning table shows, as it stands in the page's URL.

export interface View {
  path: string; // id of the node whose modules are shown; "" for all
  level: string; // label of the hierarchy; "" for the modules
  search: string;
  deviates: boolean; // only rows that deviate
  sort: string; // column, with "-" before it for descending
}

export const defaultSort = "-deviates";

export const defaultView: View = { path: "", level: "", search: "", deviates: false, sort: defaultSort };

export function readView(query: string): View {
  const q = new URLSearchParams(query);
  return {
    path: q.get("path") ?? "",
    level: q.get("level") ?? "",
    search: q.get("q") ?? "",
    deviates: q.get("deviates") === "true",
    sort: q.get("sort") || defaultSort,
  };
}

/** The query of the URL with its "?"; what is at its default is left out. */
export function writeView(view: View): string {
  const q = new URLSearchParams();
  if (view.path) q.set("path", view.path);
  if (view.level) q.set("level", view.level);
  if (view.search) q.set("q", view.search);
  if (view.deviates) q.set("deviates", "true");
  if (view.sort !== defaultSort) q.set("sort", view.sort);
  const text = q.toString().replaceAll("%2F", "/");
  return text && `?${text}`;
}

export type Route = { page: "table"; view: View } | { page: "module"; id: string };

/** Reads a location relative to the page's root, as in "module/a/b" or "?path=a". */
export function readRoute(pathname: string, query: string): Route {
  const match = /^module\/(.+)$/.exec(pathname);
  if (!match?.[1]) return { page: "table", view: readView(query) };
  return { page: "module", id: match[1].split("/").map(decode).join("/") };
}

/** The path of a module's page. An id may hold "%2F" of its own, which stays. */
export function modulePath(id: string): string {
  return `module/${id.split("/").map(encodeURIComponent).join("/")}`;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // typed by hand with a bare "%"
  }
}

/** Splits an id into the names of its path. */
export const namesOf = (id: string) => id.split("/").map(decode);

/** A click on the column that is sorted turns the order round. */
export function toggleSort(sort: string, column: string, firstDescending: boolean): string {
  if (sort === column) return `-${column}`;
  if (sort === `-${column}`) return column;
  return firstDescending ? `-${column}` : column;
}
