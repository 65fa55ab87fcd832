import { describe, expect, it } from "vitest";
import { defaultView } from "../state/view";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { type Chip, chipIds, chips, countChips, fillsUp, turn, wanted } from "./chips";
import { filterEntries, joinGrowth, mark } from "./entries";

const calm = { deviates: false, headroom_after_loss: 1 };
const dates = (value: string) => ({ full_on: { value, lower: "", upper: "" }, devices_to_request: 0 });
const entries = mark(
  joinGrowth(
    [
      sampleRow("up", { alarm: true }),
      sampleRow("full", { ...calm, headroom: -1, headroom_after_loss: -20 }),
      sampleRow("alone", {
        ...calm,
        headroom_after_loss: null,
        largest_domain: { label: "s", value: "x", devices: 7 },
      }),
      sampleRow("soon", calm),
      sampleRow("late", { ...calm, state: "learning" }),
      sampleRow("gone", { ...calm, state: "stale" }),
    ],
    [
      sampleGrowth("soon", dates("2026-12-21")), // 30 days after 2026-11-21
      sampleGrowth("late", dates("2026-12-22")),
      sampleGrowth("gone", { devices_to_request: 4 }),
    ],
  ),
  (id) =>
    id === "gone"
      ? { hushes: [{ kind: "mute", name: "m", until: null, partly: false }], changes: [] }
      : undefined,
);
const shown = (...chosen: string[]) =>
  filterEntries(entries, { ...defaultView, chips: chosen }).map(({ row }) => row.id);

describe("a chip", () => {
  it.each<[Chip, string[]]>([
    ["deviates", ["up"]],
    ["alarm", ["up"]],
    ["overfull", ["full"]],
    ["loss", ["full", "alone"]],
    ["delivery", ["soon"]],
    ["request", ["gone"]],
    ["muted", ["gone"]],
    ["change", []],
    ["stale", ["gone"]],
    ["learning", ["late"]],
  ])("%s shows what it says, counts it, and leaves it out", (chip, ids) => {
    expect(shown(chip)).toEqual(ids);
    expect(countChips(entries)[chip]).toBe(ids.length);
    expect(shown(`-${chip}`)).toHaveLength(entries.length - ids.length);
  });
  it("goes with others: all must hold", () => {
    expect(shown("stale", "muted")).toEqual(["gone"]);
    expect(shown("stale", "-muted")).toEqual([]);
    expect(shown("loss", "-overfull")).toEqual(["alone"]);
  });
  it("counts and filters the same, whatever is combined", () => {
    for (let i = 0; i < 3 ** chipIds.length; i += 37) {
      const chosen = chipIds.flatMap(
        (chip, k) => [[], [chip], [`-${chip}`]][Math.floor(i / 3 ** k) % 3] ?? [],
      );
      const slow = entries.filter((e) =>
        chosen.every((c) => (c.startsWith("-") ? !chips[c.slice(1) as Chip](e) : chips[c as Chip](e))),
      );
      expect(shown(...chosen)).toEqual(slow.map(({ row }) => row.id));
    }
  });
  it("is pressed once for only these, twice for none of these, and a third time for all", () => {
    const once = turn(["stale"], "muted");
    const twice = turn(once, "muted");
    expect([once, twice, turn(twice, "muted")]).toEqual([["stale", "muted"], ["stale", "-muted"], ["stale"]]);
  });
  it("that is none counts for nothing", () => {
    expect(wanted(["toString", "-constructor", ""])).toEqual({ must: 0, not: 0 });
  });
});

it("is full before delivery on the last day of the lead time, and not on the day after", () => {
  expect(fillsUp(sampleGrowth("a", dates("2026-12-21")))).toBe(true);
  expect(fillsUp(sampleGrowth("a", dates("2026-12-22")))).toBe(false);
  expect(fillsUp(sampleGrowth("a", dates("")))).toBe(false);
});
