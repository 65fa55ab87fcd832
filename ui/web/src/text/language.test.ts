import { expect, it } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

/** The names of all words, with the kind of each. */
function shape(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [`${path}:${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

it("says everything in every language", () => {
  expect(shape(zh)).toEqual(shape(en));
});
