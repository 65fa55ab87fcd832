import { expect, it } from "vitest";
import { readRoute } from "../state/view";
import { type CapacityView, capacityPath, defaultCapacity, readCapacity } from "./view";

const back = (path: string) => {
  const { pathname, search } = new URL(path, "http://host/");
  return readRoute(pathname.slice(1), search);
};

it.each<CapacityView>([
  defaultCapacity,
  { path: "a%2Fb/支付", show: "all", part: "tight-growing", search: "50% & more", sort: "-growth" },
  { ...defaultCapacity, show: "asks" },
])("comes back from the URL as it was: %o", (view) => {
  expect(back(capacityPath(view))).toEqual({ page: "capacity", view });
});

it("is short for the default", () => {
  expect(capacityPath(defaultCapacity)).toBe("capacity");
});

it("takes no part for one that there is not", () => {
  expect(readCapacity("in=tight").part).toBe("");
});
