import { expect, it } from "vitest";
import type { WhatIf, WhatIfRow } from "../api/whatif";
import { filterChanges, joinChanges } from "./changes";
import { defaultWhatIf } from "./view";

function row(id: string, before: number | null, after: number | null, fills_up = false): WhatIfRow {
  const side = (devices_to_request: number | null) => ({
    devices: 1,
    peak_today: null,
    headroom: null,
    headroom_after_loss: null,
    full_on: { value: "", lower: "", upper: "" },
    peak_at_risk: null,
    devices_needed: null,
    devices_to_request,
    pooled_needed: null,
  });
  return {
    id,
    path: id.split("/"),
    level: "module",
    before: side(before),
    after: side(after),
    fills_up,
    reason: "",
  };
}

const answer = (...rows: WhatIfRow[]) => ({ rows }) as unknown as WhatIf;

const a = answer(row("Qzone/x", 0, 1), row("Qzone/y", 3, 1), row("Qzone/z", null, 5));
const b = answer(row("Qzone/y", 3, 9, true));

it("joins the scenarios by node, the most further devices first", () => {
  const changes = joinChanges([a, undefined, b]);
  expect(changes.map(({ id, more }) => [id, more])).toEqual([
    ["Qzone/y", 6],
    ["Qzone/x", 1],
    ["Qzone/z", 0], // not known
  ]);
  expect(changes[0]?.rows.map((r) => r?.after.devices_to_request)).toEqual([1, undefined, 9]);
});

it("finds every word of the search, and who fills up in any scenario", () => {
  const changes = joinChanges([a, b]);
  const ids = (view: Partial<typeof defaultWhatIf>) =>
    filterChanges(changes, { ...defaultWhatIf, ...view }).map(({ id }) => id);
  expect(ids({ search: "X qzone" })).toEqual(["Qzone/x"]);
  expect(ids({ fills: true })).toEqual(["Qzone/y"]);
  expect(ids({})).toHaveLength(3);
});
