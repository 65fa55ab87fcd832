// What the page of capacity and growth shows, as it stands in its URL:
//
//   capacity?path=Qzone&in=tight-growing&show=all&sort=-growth

/** The modules that are listed: those full before the delivery, those that ask for devices, all. */
export const shows = ["full", "asks", "all"] as const;
export type Show = (typeof shows)[number];

/** The quarters of the picture: little room or much, and growing or not. */
export const quadrants = ["tight-growing", "roomy-growing", "tight-still", "roomy-still"] as const;
export type Quadrant = (typeof quadrants)[number];

export interface CapacityView {
  path: string; // id of a node of the business tree
  show: Show;
  part: Quadrant | ""; // of the picture, to which the list is narrowed
  search: string;
  sort: string; // column, with "-" before it for descending
}

export const defaultSort = "full";

export const defaultCapacity: CapacityView = {
  path: "",
  show: "full",
  part: "",
  search: "",
  sort: defaultSort,
};

export function readCapacity(query: string): CapacityView {
  const q = new URLSearchParams(query);
  return {
    path: q.get("path") ?? "",
    show: shows.find((show) => show === q.get("show")) ?? defaultCapacity.show,
    part: quadrants.find((part) => part === q.get("in")) ?? "",
    search: q.get("q") ?? "",
    sort: q.get("sort") || defaultSort,
  };
}

/** The path of the page below the root; what is at its default is left out. */
export function capacityPath({ path, show, part, search, sort }: CapacityView): string {
  const given = Object.entries({
    path,
    show: show === defaultCapacity.show ? "" : show,
    in: part,
    q: search,
    sort: sort === defaultSort ? "" : sort,
  }).filter(([, value]) => value !== "");
  const text = `${new URLSearchParams(given)}`.replaceAll("%2F", "/");
  return `capacity${text && `?${text}`}`;
}
