import { expect, it } from "vitest";
import { makeFirst, readSaved, removeView, renameView, saveView } from "./saved";

const two = saveView(saveView([], "morning", "?show=deviates"), "late", "?group=product");

it("keeps views by name, and replaces one of the same name", () => {
  expect(two.map(({ name }) => name)).toEqual(["late", "morning"]);
  expect(saveView(two, "late", "?q=x")).toEqual([
    { name: "late", query: "?q=x" },
    { name: "morning", query: "?show=deviates" },
  ]);
});

it("comes back as it was kept, and bears what is not ours", () => {
  expect(readSaved(JSON.stringify(two))).toEqual(two);
  for (const broken of [null, "", "{", "7", "null", '{"a":1}', '[{"name":1},null]'])
    expect(readSaved(broken)).toEqual([]);
});

it("renames a view unless the name is taken, and removes it", () => {
  expect(renameView(two, "late", "evening").map(({ name }) => name)).toEqual(["evening", "morning"]);
  expect(renameView(two, "late", "morning")).toEqual(two);
  expect(removeView(two, "late").map(({ name }) => name)).toEqual(["morning"]);
});

it("has one first view at most, which stays so under another name and query", () => {
  const first = makeFirst(makeFirst(two, "late"), "morning");
  expect(first.filter((view) => view.first).map(({ name }) => name)).toEqual(["morning"]);
  expect(renameView(first, "morning", "a").find((view) => view.first)?.name).toBe("a");
  expect(saveView(first, "morning", "?q=y").find((view) => view.first)?.query).toBe("?q=y");
  expect(makeFirst(first, "morning").some((view) => view.first)).toBe(false);
});
