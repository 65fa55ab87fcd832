import { expect, it } from "vitest";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { joinGrowth, sortEntries } from "./entries";
import { groupAbove, groupBy, isGroup, levelsAbove, linesOf } from "./groups";

const rows = [
  sampleRow("a/x/1", { load: 10, devices: 3, headroom: 20 }),
  sampleRow("a/y/1", { load: 30, devices: null, headroom: -5, deviates: false }),
  sampleRow("b/x/1", { load: 20, devices: 4, headroom: null, deviates: false }),
];
const growth = [
  sampleGrowth("a/x/1", { devices_to_request: 2 }),
  sampleGrowth("a/y/1", { devices_to_request: null }),
];
const entries = sortEntries(joinGrowth(rows, growth), "-load");

it("puts rows under the nodes of a level, in the order of the rows", () => {
  const groups = groupBy(entries, 1);
  expect(groups.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(groups[0]?.entries.map(({ row }) => row.id)).toEqual(["a/y/1", "a/x/1"]);
  expect(groupBy(entries, 2).map(({ path }) => path)).toEqual([
    ["a", "y"],
    ["b", "x"],
    ["a", "x"],
  ]);
});

it("sums what is known, and has the lowest headroom", () => {
  const [a, b] = groupBy(entries, 1);
  expect(a).toMatchObject({ devices: 3, deviating: 1, headroom: -5, toRequest: 2 });
  expect(b).toMatchObject({ devices: 4, deviating: 0, headroom: null, toRequest: null });
});

it("shows groups with their rows, but for folded ones, and loses none", () => {
  const groups = groupBy(entries, 1);
  const shape = (folded: string[]) =>
    linesOf(groups, folded).map((line) => (isGroup(line) ? line.id : line.row.id));
  expect(shape([])).toEqual(["a", "a/y/1", "a/x/1", "b", "b/x/1"]);
  expect(shape(["a", "no such"])).toEqual(["a", "b", "b/x/1"]);
  const lines = linesOf(groups, []);
  expect(groupAbove(lines, 2)?.id).toBe("a");
  expect(groupAbove(lines, 3)?.id).toBe("b");
});

it("can group by the levels above that of the rows", () => {
  const levels = ["business", "product", "module"];
  expect(levelsAbove(levels, "")).toEqual(["business", "product"]);
  expect(levelsAbove(levels, "product")).toEqual(["business"]);
  expect(levelsAbove(levels, "business")).toEqual([]);
});
