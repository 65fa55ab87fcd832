import { expect, it } from "vitest";
import { modelsOf, normal, readChoice } from "./model";

const read = (query: string) => readChoice(new URLSearchParams(query));

it("is the configured one unless the URL says one that is known", () => {
  expect(read("")).toBe("");
  expect(read("model=classic")).toBe("classic");
  expect(read("model=both")).toBe("both");
  expect(read("model=crystal")).toBe("");
});

it("asks for both, the calibrated one first", () => {
  expect(modelsOf("both")).toEqual(["calibrated", "classic"]);
  expect(modelsOf("")).toEqual([""]);
});

it("leaves the configured model out of the URL", () => {
  expect(normal("classic", "classic")).toBe("");
  expect(normal("classic", "calibrated")).toBe("classic");
  expect(normal("calibrated", undefined)).toBe("calibrated");
});
