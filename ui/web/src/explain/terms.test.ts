import { expect, it } from "vitest";
import type { Term } from "../api/types";
import { explanationOf, nodeOf, queryOf, stepsOf } from "./terms";

const term = (name: string, of: Term["of"], series = "", labels = ""): Term => ({
  term: name,
  summary: name,
  description: `what ${name} is`,
  of,
  series,
  labels,
});

it("asks for the series of exactly one node", () => {
  const levels = ["business", "product", "service", "module"];
  expect(queryOf(term("load", "", "load_percent"), ["Qzone", "WNS"], levels)).toBe(
    'load_percent{business="Qzone",product="WNS",service="",module=""}',
  );
  expect(queryOf(term("peak", "row", "peak_today", 'bound="mid"'), ["a", "b", "c", 'd"\\'], levels)).toBe(
    'peak_today{business="a",product="b",service="c",module="d\\"\\\\",bound="mid"}',
  );
  expect(queryOf(term("target", "row"), ["a"], levels)).toBe("");
});

it("knows whether a number is of the row or of the order", () => {
  expect(explanationOf(term("band", "row"), "a/b")).toBe("row:a/b");
  expect(explanationOf(term("order", "order"), "a/b")).toBe("order:a/b");
  expect(explanationOf(term("load", ""), "a/b")).toBe("");
});

it("picks the steps that make a number, whatever they are called", () => {
  const steps = [
    { name: "趋势", terms: ["growth", "full"] },
    { name: "区间", terms: ["horizon"] },
    { name: "原因" },
  ];
  expect(stepsOf(term("full", "order"), steps).map(({ name }) => name)).toEqual(["趋势"]);
  expect(stepsOf(term("load", ""), steps)).toEqual([]);
});

it("explains what was decided under the decision's own id, with the series of its module", () => {
  const id = "scale:shop/it@home/cart@2026-11-27T12:01:00Z";
  expect(explanationOf(term("workers", "decision"), id)).toBe(id);
  expect(nodeOf(id)).toBe("shop/it@home/cart");
  expect(nodeOf("shop/web")).toBe("shop/web");
});
