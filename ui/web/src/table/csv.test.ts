import { describe, expect, it } from "vitest";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { columnsOf } from "./columns";
import { toCSV } from "./csv";
import { compareWith, joinGrowth, sortEntries } from "./entries";
import { groupBy, linesOf } from "./groups";

const csv = (text: string) => text.trimEnd().split("\r\n");
const usual = columnsOf([], "");
const one = [""];

describe("the CSV", () => {
  it("has as many fields in each line as in the head", () => {
    const entries = joinGrowth([sampleRow("a/b"), sampleRow("c", { load: null })], [sampleGrowth("a/b")]);
    const [head, ...rows] = csv(toCSV(entries, usual, one));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.split(",")).toHaveLength(head?.split(",").length ?? 0);
  });
  it("has the columns that are shown, and no others", () => {
    const entries = joinGrowth([sampleRow("a/b", { owner: "li" })], [sampleGrowth("a/b")]);
    expect(csv(toCSV(entries, columnsOf(["headroom", "owner"], ""), one))).toEqual([
      "path,headroom,headroom_after_loss,owner",
      "a/b,54.5,36.3,li",
    ]);
  });
  it("has the order that is shown, and the names of groups without the rows of folded ones", () => {
    const rows = [
      sampleRow("a/x", { load: 1 }),
      sampleRow("b/y", { load: 3 }),
      sampleRow("a/z", { load: 2 }),
    ];
    const sorted = sortEntries(joinGrowth(rows, []), "-load");
    const columns = columnsOf(["devices"], "");
    const seen = (folded: string[]) => csv(toCSV(linesOf(groupBy(sorted, 1), folded), columns, one));
    expect(seen([])).toEqual(["group,path,devices", "b,b/y,7", "a,a/z,7", "a,a/x,7"]);
    expect(seen(["a"])).toEqual(["group,path,devices", "b,b/y,7"]);
  });
  it("leaves unknown numbers empty and quotes what needs it", () => {
    const rows = [sampleRow("a", { load: null, note: 'say "hi", twice' })];
    const line = csv(toCSV(joinGrowth(rows, []), usual, one))[1] ?? "";
    expect(line).toContain("2026-11-22T21:05:00+08:00,,20.8");
    expect(line.endsWith('"say ""hi"", twice"')).toBe(true);
  });
  it("has a line of each model, by its name", () => {
    const others = joinGrowth([sampleRow("a", { mean: 21.5 })], []);
    const both = compareWith(joinGrowth([sampleRow("a")], []), others);
    const [head, first, second] = csv(toCSV(both, columnsOf([], "both"), ["calibrated", "classic"]));
    expect(head?.endsWith(",model")).toBe(true);
    expect(first).toMatch(/,20\.8,.*,calibrated$/);
    expect(second).toMatch(/,21\.5,.*,classic$/);
  });
  it("does not hand a formula to a spreadsheet", () => {
    const line = csv(toCSV(joinGrowth([sampleRow("a", { note: "=1+1" })], []), usual, one))[1] ?? "";
    expect(line.endsWith(",'=1+1")).toBe(true);
  });
});
