import { expect, it } from "vitest";
import { isSamePlace } from "./query";

it.each([
  ["", "?q=set&sort=load", true],
  ["?path=Games&show=muted", "?path=Games", true],
  ["", "?path=Games", false],
  ["?path=Games", "?path=Games/Farm", false],
  ["?path=Games&level=product", "?path=Games", false],
])("from %s to %s stays at the same place: %s", (one, other, same) => {
  expect(isSamePlace(one, other)).toBe(same);
  expect(isSamePlace(other, one)).toBe(same);
});
