// What the page of capacity and growth shows, as it stands in its URL:
//
//   capacity?path=Qzone&in=tight-growing&show=all&sort=-growth
//   capacity?in=0,12.5,-10,20

/** The modules that are listed: those full before the delivery, those that ask for devices, all. */
export const shows = ["full", "asks", "all"] as const;
export type Show = (typeof shows)[number];

/** The quarters of the picture: little room or much, and growing or not. */
export const quadrants = ["tight-growing", "roomy-growing", "tight-still", "roomy-still"] as const;
export type Quadrant = (typeof quadrants)[number];

/** A part of the picture: growth in percent a month, headroom in percent. */
export interface Box {
  growth: [from: number, to: number];
  headroom: [from: number, to: number];
}

export interface CapacityView {
  path: string; // id of a node of the business tree
  show: Show;
  part: Quadrant | Box | null; // of the picture, to which the list is narrowed
  search: string;
  sort: string; // column, with "-" before it for descending
}

export const defaultSort = "full";

export const defaultCapacity: CapacityView = {
  path: "",
  show: "full",
  part: null,
  search: "",
  sort: defaultSort,
};

export function readCapacity(query: string): CapacityView {
  const q = new URLSearchParams(query);
  return {
    path: q.get("path") ?? "",
    show: shows.find((show) => show === q.get("show")) ?? defaultCapacity.show,
    part: readPart(q.get("in") ?? ""),
    search: q.get("q") ?? "",
    sort: q.get("sort") || defaultSort,
  };
}

function readPart(text: string): CapacityView["part"] {
  const [a, b, c, d, ...rest] = text.split(",").map((n) => (n.trim() === "" ? Number.NaN : Number(n)));
  if ([a, b, c, d].every((n) => Number.isFinite(n)) && rest.length === 0)
    return { growth: [a, b] as Box["growth"], headroom: [c, d] as Box["headroom"] };
  return quadrants.find((one) => one === text) ?? null;
}

/** The path of the page below the root; what is at its default is left out. */
export function capacityPath({ path, show, part, search, sort }: CapacityView): string {
  const given = Object.entries({
    path,
    show: show === defaultCapacity.show ? "" : show,
    in: part === null ? "" : typeof part === "string" ? part : [...part.growth, ...part.headroom].join(","),
    q: search,
    sort: sort === defaultSort ? "" : sort,
  }).filter(([, value]) => value !== "");
  const text = `${new URLSearchParams(given)}`.replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `capacity${text && `?${text}`}`;
}
