import { describe, expect, it } from "vitest";
import type { Row } from "../api/types";
import { defaultView } from "../state/view";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { sorts } from "./columns";
import {
  barScale,
  compareWith,
  filterEntries,
  isUnder,
  joinGrowth,
  owners,
  sortEntries,
  sortKeys,
  withNote,
} from "./entries";

const entriesOf = (...rows: Row[]) => joinGrowth(rows, []);
const idsOf = (entries: { row: Row }[]) => entries.map((e) => e.row.id);

describe("joining", () => {
  it("finds the growth of the same node, wherever it stands", () => {
    const entries = joinGrowth(
      [sampleRow("a"), sampleRow("b"), sampleRow("c")],
      [sampleGrowth("c", { devices_to_request: 3 }), sampleGrowth("a", { devices_to_request: 1 })],
    );
    expect(entries.map((e) => e.growth?.devices_to_request)).toEqual([1, undefined, 3]);
  });
});

describe("sorting", () => {
  it("puts unknown numbers last in both orders", () => {
    const entries = entriesOf(
      sampleRow("a", { load: null }),
      sampleRow("b", { load: 1 }),
      sampleRow("c", { load: 2 }),
    );
    expect(idsOf(sortEntries(entries, "load"))).toEqual(["b", "c", "a"]);
    expect(idsOf(sortEntries(entries, "-load"))).toEqual(["c", "b", "a"]);
  });
  it("shows deviating rows first, the farthest on top, whatever the score of the others", () => {
    const entries = entriesOf(
      sampleRow("high", { deviates: false, score: 9 }),
      sampleRow("two", { score: 2 }),
      sampleRow("three", { score: 3 }),
      sampleRow("learning", { deviates: false, score: null }),
    );
    expect(idsOf(sortEntries(entries, "-deviates"))).toEqual(["three", "two", "high", "learning"]);
  });
  it("has the paths, and equal rows, in the order in which the server has them", () => {
    const paths = ["m/SET_W1", "m/SET_W9", "m/SET_W10"];
    const entries = entriesOf(...paths.map((id) => sampleRow(id)));
    expect(idsOf(sortEntries(entries.toReversed(), "path"))).toEqual(paths);
    expect(idsOf(sortEntries(entries, "-path"))).toEqual(paths.toReversed());
    expect(idsOf(sortEntries(entries.toReversed(), "-load"))).toEqual(paths);
  });
  it("leaves rows alone for a column that it does not know", () => {
    expect(idsOf(sortEntries(entriesOf(sampleRow("b"), sampleRow("a")), "-colour"))).toEqual(["b", "a"]);
  });
  it("puts what would leave nothing before what would leave little, and unknown last", () => {
    const domain = { label: "site", value: "bj", devices: 7 };
    const entries = entriesOf(
      sampleRow("some", { headroom_after_loss: 3 }),
      sampleRow("unknown", { headroom_after_loss: null, largest_domain: null }),
      sampleRow("none", { headroom_after_loss: null, largest_domain: domain }),
      sampleRow("peakless", { headroom: null, headroom_after_loss: null, largest_domain: domain }),
    );
    expect(idsOf(sortEntries(entries, "loss"))).toEqual(["none", "some", "unknown", "peakless"]);
  });
  it("has a key for every order", () => {
    for (const { id } of sorts) expect(sortKeys[id], id).toBeDefined();
  });
});

describe("comparing", () => {
  const calm = { deviates: false };
  const entries = compareWith(
    entriesOf(sampleRow("a", calm), sampleRow("b", calm)),
    entriesOf(sampleRow("b", { upper: 61 })),
  );
  it("finds what the other model says of the same node", () => {
    expect(entries.map((e) => e.other?.row.id)).toEqual([undefined, "b"]);
  });
  it("shows a row as deviating if one of the models says so", () => {
    expect(idsOf(filterEntries(entries, { ...defaultView, chips: ["deviates"] }))).toEqual(["b"]);
  });
  it("has room for both bands", () => {
    expect(barScale(entries)).toBe(80);
  });
});

describe("filtering", () => {
  const entries = entriesOf(
    sampleRow("Qzone/WNS/a", { note: "Spring campaign" }),
    sampleRow("Qzone/WNS2/b", { deviates: false }),
    sampleRow("Weiyun/WNS/c"),
  );
  const show = (change: object) => idsOf(filterEntries(entries, { ...defaultView, ...change }));
  it("keeps to the subtree, not to names that begin alike", () => {
    expect(show({ path: "Qzone/WNS" })).toEqual(["Qzone/WNS/a"]);
    expect(isUnder("Qzone", "Qzone")).toBe(true);
    expect(isUnder("Qzone2", "Qzone")).toBe(false);
  });
  it("wants every word, in path or note, in any case", () => {
    expect(show({ search: "wns qzone" })).toEqual(["Qzone/WNS/a", "Qzone/WNS2/b"]);
    expect(show({ search: "SPRING" })).toEqual(["Qzone/WNS/a"]);
    expect(show({ search: "   " })).toHaveLength(3);
  });
  it("can show what deviates only", () => {
    expect(show({ chips: ["deviates"] })).toEqual(["Qzone/WNS/a", "Weiyun/WNS/c"]);
    expect(show({ chips: ["-deviates"] })).toEqual(["Qzone/WNS2/b"]);
    expect(show({ chips: ["deviates"], path: "Weiyun" })).toEqual(["Weiyun/WNS/c"]);
    expect(show({ chips: ["toString", "-nonsense"] })).toHaveLength(3);
  });
});

describe("owners", () => {
  const entries = entriesOf(
    sampleRow("a", { owner: "wang" }),
    sampleRow("b", { owner: "li" }),
    sampleRow("c"),
    sampleRow("d", { owner: "wang" }),
  );
  it("are counted by name, filtered by, searched and sorted by, the unknown last", () => {
    expect(owners(entries)).toEqual([
      ["li", 1],
      ["wang", 2],
    ]);
    expect(idsOf(filterEntries(entries, { ...defaultView, owner: "wang" }))).toEqual(["a", "d"]);
    expect(idsOf(filterEntries(entries, { ...defaultView, search: "WANG" }))).toEqual(["a", "d"]);
    expect(idsOf(sortEntries(entries, "owner"))).toEqual(["b", "a", "d", "c"]);
    expect(idsOf(sortEntries(entries, "-owner"))).toEqual(["a", "d", "b", "c"]);
  });
});

describe("a note that was changed", () => {
  it("is found by the search at once, and changes no other row", () => {
    const entries = entriesOf(sampleRow("a", { note: "old" }), sampleRow("b"));
    const changed = withNote(entries, "a", { note: "Spring" });
    expect(idsOf(filterEntries(changed, { ...defaultView, search: "spring" }))).toEqual(["a"]);
    expect(idsOf(filterEntries(changed, { ...defaultView, search: "old" }))).toEqual([]);
    expect(changed[1]).toBe(entries[1]);
  });
});

describe("the end of the bars", () => {
  it("holds loads and bands, unknown ones left out", () => {
    expect(barScale(entriesOf(sampleRow("a", { load: null, upper: null })))).toBe(20);
    expect(barScale(entriesOf(sampleRow("a", { load: 50, upper: 61 })))).toBe(80);
    expect(barScale(entriesOf(sampleRow("a", { load: 250 })))).toBe(260);
  });
});
