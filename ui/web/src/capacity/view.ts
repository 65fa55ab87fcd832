import { fieldsOf, writeQuery } from "../state/query";

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

const fields = fieldsOf(defaultCapacity, { part: "in", search: "q" }, { show: shows, part: quadrants });

export const readCapacity = fields.read;

/** The path of the page below the root; what is at its default is left out. */
export const capacityPath = (view: CapacityView) => `capacity${writeQuery(fields.params(view))}`;
