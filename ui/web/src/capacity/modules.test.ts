import { describe, expect, it } from "vitest";
import type { Growth, Row, Shortfall } from "../api/types";
import { joinGrowth } from "../table/entries";
import { monthly } from "../table/growth";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { below, joinShortfalls, listed, quadrantOf, sumUp } from "./modules";
import { defaultCapacity } from "./view";

interface Made {
  id: string;
  row?: Partial<Row>;
  growth?: Partial<Growth>;
  short?: Partial<Shortfall>;
}

const make = (made: Made[]) =>
  joinShortfalls(
    joinGrowth(
      made.map(({ id, row }) => sampleRow(id, row)),
      made.map(({ id, growth }) => sampleGrowth(id, { devices_to_request: 0, ...growth })),
    ),
    made.flatMap(({ id, short }) =>
      short
        ? [
            {
              id,
              delivery: "2026-12-21",
              fills_up: true,
              devices_to_request: 1,
              short_without: 0.5,
              short_with: 0.05,
              ...short,
            },
          ]
        : [],
    ),
  );

const fleet = make([
  {
    id: "Games/a",
    row: { headroom: 5 },
    growth: {
      percent_per_day: 0.1,
      devices_to_request: 3,
      full_on: { value: "2026-12-10", lower: "", upper: "" },
    },
    short: { devices_to_request: 3 },
  },
  {
    id: "Games/b",
    row: { headroom: 40 },
    growth: {
      percent_per_day: -0.1,
      devices_to_request: 1,
      full_on: { value: "2027-02-01", lower: "", upper: "" },
    },
    short: { fills_up: false, short_without: 0.2 },
  },
  {
    id: "Video/c",
    row: { headroom: 80, devices: 40 },
    growth: { percent_per_day: 0, devices: 40, devices_needed: 30 },
  },
  {
    id: "Video/d",
    row: { headroom: null, state: "stale" },
    growth: {
      percent_per_day: null,
      devices: 9,
      devices_needed: null,
      devices_to_request: null,
      state: "learning",
    },
  },
]);

const ids = (view: Partial<typeof defaultCapacity>) =>
  listed(fleet, { ...defaultCapacity, ...view }).map(({ row }) => row.id);

describe("the list", () => {
  it("tells who is full before the delivery, and who asks for devices all the same", () => {
    expect(fleet.map(({ kind }) => kind)).toEqual(["full", "asks", "calm", "calm"]);
    expect(ids({})).toEqual(["Games/a"]);
    expect(ids({ show: "asks" })).toEqual(["Games/a", "Games/b"]);
    expect(ids({ show: "all" })).toEqual(["Games/a", "Games/b", "Video/c", "Video/d"]);
  });
  it("follows a quarter of the picture, and the search", () => {
    expect(fleet.map(quadrantOf)).toEqual(["tight-growing", "roomy-still", "roomy-still", null]);
    expect(ids({ show: "all", part: "roomy-still" })).toEqual(["Games/b", "Video/c"]);
    expect(ids({ show: "all", search: "B game" })).toEqual(["Games/b"]);
  });
  it("puts what is not known last in either order", () => {
    expect(ids({ show: "all", sort: "growth" })).toEqual(["Games/b", "Video/c", "Games/a", "Video/d"]);
    expect(ids({ show: "all", sort: "-growth" })).toEqual(["Games/a", "Video/c", "Games/b", "Video/d"]);
    expect(ids({ show: "all", sort: "-without" })).toEqual(["Games/a", "Games/b", "Video/c", "Video/d"]);
  });
});

it("sums up what is known", () => {
  expect(sumUp(fleet)).toEqual({
    modules: 4,
    full: 1,
    fullDevices: 7,
    devices: 54,
    needed: 46,
    request: 4,
    learning: 1,
    stale: 0,
    leads: [30],
    deliveries: ["2026-12-21"],
  });
  expect(sumUp(below(fleet, "Video")).full).toBe(0);
});

it("says the growth of a month", () => {
  expect(monthly(sampleGrowth("a", { percent_per_day: 0.1 }))).toBeCloseTo(3);
  expect(monthly(sampleGrowth("a", { percent_per_day: null }))).toBeNull();
  expect(monthly(undefined)).toBeNull();
});
