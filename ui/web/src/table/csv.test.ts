import { expect, it } from "vitest";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { toCSV } from "./csv";
import { compareWith, joinGrowth } from "./entries";

const linesOf = (text: string) => text.trimEnd().split("\r\n");

it("has as many fields in each line as in the head", () => {
  const entries = joinGrowth([sampleRow("a/b"), sampleRow("c", { load: null })], [sampleGrowth("a/b")]);
  const [head, ...rows] = linesOf(toCSV(entries));
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row.split(",")).toHaveLength(head?.split(",").length ?? 0);
});

it("leaves unknown numbers empty and quotes what needs it", () => {
  const rows = [sampleRow("a", { load: null, note: 'say "hi", twice' })];
  const line = linesOf(toCSV(joinGrowth(rows, [])))[1] ?? "";
  expect(line).toContain("2026-11-22T21:05:00+08:00,,20.8");
  expect(line.endsWith('"say ""hi"", twice"')).toBe(true);
});

it("has a line of each model, by its name", () => {
  const others = joinGrowth([sampleRow("a", { mean: 21.5 })], []);
  const text = toCSV(compareWith(joinGrowth([sampleRow("a")], []), others), ["calibrated", "classic"]);
  const [, first, second] = linesOf(text);
  expect(first).toMatch(/,20\.8,.*,calibrated,$/);
  expect(second).toMatch(/,21\.5,.*,classic,$/);
});

it("does not hand a formula to a spreadsheet", () => {
  const line = linesOf(toCSV(joinGrowth([sampleRow("a", { note: "=1+1" })], [])))[1] ?? "";
  expect(line.endsWith(",'=1+1")).toBe(true);
});
