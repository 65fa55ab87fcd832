import { expect, it } from "vitest";
import { explanationOf, nodeOf, queryOf, stepsOf } from "./terms";

it("asks for the series of exactly one node", () => {
  const levels = ["business", "product", "service", "module"];
  expect(queryOf("load", ["Qzone", "WNS"], levels)).toBe(
    'headroom_module_load_percent{business="Qzone",product="WNS",service="",module=""}',
  );
  expect(queryOf("peak", ["a", "b", "c", 'd"\\'], levels)).toBe(
    'headroom_module_peak_today{business="a",product="b",service="c",module="d\\"\\\\",bound="mid"}',
  );
});

it("knows whether a number is of the row or of the order", () => {
  expect(explanationOf("band", "a/b")).toBe("row:a/b");
  expect(explanationOf("order", "a/b")).toBe("order:a/b");
});

it("picks the steps that make a number, whatever they are called", () => {
  const steps = [
    { name: "趋势", terms: ["growth", "full"] },
    { name: "区间", terms: ["horizon"] },
    { name: "原因" },
  ];
  expect(stepsOf("full", steps).map(({ name }) => name)).toEqual(["趋势"]);
  expect(stepsOf("load", steps)).toEqual([]);
});

it("explains what was decided under the decision's own id, with the series of its module", () => {
  const id = "scale:shop/it@home/cart@2026-11-27T12:01:00Z";
  expect(explanationOf("workers", id)).toBe(id);
  expect(nodeOf(id)).toBe("shop/it@home/cart");
  expect(nodeOf("shop/web")).toBe("shop/web");
});
