import { expect, it } from "vitest";
import type { Refit, RefitSide } from "../api/marks";
import { en } from "../text/en";
import { changesAny, refitColumns } from "./sides";

const side: RefitSide = {
  mean: 20.8,
  lower: 19,
  upper: 22.6,
  alarm: false,
  peak_today: { value: 27.3, lower: null, upper: null, at: null, seen: null },
  full_on: { value: "", lower: "", upper: "" },
  peak_at_risk: null,
  devices_needed: 1200,
  devices_to_request: 0,
  state: "ok",
  reason: "",
};
const shown = (s: RefitSide) => refitColumns.map(({ of }) => of(s, en));

it("writes what is known of a side", () => {
  expect(shown(side)).toEqual(["20.8 (19.0–22.6)", "27.3", "–", "1,200", "0", "ok"]);
  expect(shown({ ...side, alarm: true }).at(-1)).toBe("ok, ⚑ alarm");
});

it("tells whether anything shown changes", () => {
  const refit = (after: Partial<RefitSide>): Refit[] => [
    { id: "a", path: ["a"], level: "module", before: side, after: { ...side, ...after } },
  ];
  expect(changesAny(refit({ mean: 20.81 }), en)).toBe(false);
  expect(changesAny(refit({ upper: 22 }), en)).toBe(true);
});
