import { expect, it } from "vitest";
import { rowsOf } from "./values";

it("lists the values of a series, the newest first, as short as can be compared", () => {
  const values: [number, string][] = [
    [60, "34.138712345"],
    [120, "0.00036163112"],
    [180, "NaN"],
  ];
  expect(rowsOf({ result: [{ metric: {}, values }] })).toEqual([
    { at: 180, value: "NaN" },
    { at: 120, value: "0.00036163" },
    { at: 60, value: "34.139" },
  ]);
  expect(rowsOf({ result: [] })).toEqual([]);
});
