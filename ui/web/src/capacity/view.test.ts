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
  { ...defaultCapacity, part: { growth: [0, 12.5], headroom: [-10, 20] } },
  { ...defaultCapacity, show: "asks" },
])("comes back from the URL as it was: %o", (view) => {
  expect(back(capacityPath(view))).toEqual({ page: "capacity", view });
});

it("is short for the default", () => {
  expect(capacityPath(defaultCapacity)).toBe("capacity");
});

it.each(["tight", "1,2,3", "1,2,3,x", "1,2,3,4,5", "1,,3,4", ""])("takes no part from %o", (text) => {
  expect(readCapacity(`in=${text}`).part).toBeNull();
});
