import { describe, expect, it } from "vitest";
import type { Run } from "../api/flows";
import type { Lease, Mute } from "../api/mutes";
import type { Silence } from "../api/silences";
import { coverer, type Effects } from "./cover";

const levels = ["business", "product", "module"];
const nothing: Effects = { mutes: [], silences: [], leases: [], runs: [] };

const mute = (matchers: string[], change: Partial<Mute> = {}) =>
  ({
    id: "m",
    name: "nightly",
    matchers,
    active: true,
    change: "2026-11-28T04:00:00Z",
    comment: "",
    ...change,
  }) as Mute;
const silence = (matchers: Silence["matchers"], state: Silence["status"]["state"] = "active") =>
  ({ matchers, comment: "repair", endsAt: "2026-11-28T05:00:00Z", status: { state } }) as Silence;
const lease = (paths: string[], change: Partial<Lease> = {}) =>
  ({
    id: "l",
    run: "4711",
    kind: "deploy",
    who: "li",
    paths,
    effect: [],
    until: "2026-11-28T06:00:00Z",
    how: "",
    ...change,
  }) as Lease;
const run = (module: string, change: Partial<Run> = {}) =>
  ({ id: "r1", flow: "expand", who: "li", module, ...change }) as Run;

const at = (effects: Partial<Effects>, id: string) =>
  coverer({ ...nothing, ...effects }, levels)(id, id.split("/"));

describe("a mute", () => {
  it("covers the rows whose labels match, and tells until when", () => {
    const mutes = [mute(['business="Qzone"', 'module=~"SET_.*"'])];
    expect(at({ mutes }, "Qzone/WNS/SET_W1")?.hushes).toEqual([
      { kind: "mute", name: "nightly", until: "2026-11-28T04:00:00Z", partly: false },
    ]);
    expect(at({ mutes }, "Qzone/WNS/x SET_W1")).toBeUndefined(); // a pattern holds for the whole value
    expect(at({ mutes }, "QQ/WNS/SET_W1")).toBeUndefined();
    expect(at({ mutes }, "Qzone/WNS")).toBeUndefined(); // of some modules below it only
  });
  it("covers only some alarms where it asks for other labels too", () => {
    expect(
      at({ mutes: [mute(['business="Qzone"', 'alertname="Dead"'])] }, "Qzone/a/b")?.hushes[0]?.partly,
    ).toBe(true);
  });
  it("is of no row where it does not look at the tree, or is not active, or cannot be read", () => {
    expect(at({ mutes: [mute(['alertname="Dead"'])] }, "Qzone/a/b")).toBeUndefined();
    expect(at({ mutes: [mute(['business="Qzone"'], { active: false })] }, "Qzone/a/b")).toBeUndefined();
    expect(at({ mutes: [mute(['business=~"("'])] }, "Qzone/a/b")).toBeUndefined();
  });
  it("understands what must not be", () => {
    const mutes = [mute(['business!="Qzone"'])];
    expect(at({ mutes }, "Qzone/a/b")).toBeUndefined();
    expect(at({ mutes }, "QQ/a/b")?.hushes).toHaveLength(1);
  });
});

it("tells of silences that are in force", () => {
  const matchers = [{ name: "product", value: "a|b", isRegex: true, isEqual: true }];
  expect(at({ silences: [silence(matchers)] }, "x/b/c")?.hushes[0]).toMatchObject({
    kind: "silence",
    name: "repair",
  });
  expect(at({ silences: [silence(matchers, "expired")] }, "x/b/c")).toBeUndefined();
});

describe("a change", () => {
  it("of another system mutes what lies below, and runs above and below", () => {
    const leases = [lease(["Qzone/WNS"])];
    const change = { run: "", name: "deploy", who: "li", at: "Qzone/WNS" };
    expect(at({ leases }, "Qzone/WNS/m")).toEqual({
      hushes: [{ kind: "change", name: "deploy", until: "2026-11-28T06:00:00Z", partly: false }],
      changes: [change],
    });
    expect(at({ leases }, "Qzone")).toEqual({ hushes: [], changes: [change] });
    expect(at({ leases }, "Qzone/WNS2/m")).toBeUndefined();
    expect(at({ leases: [lease(["Qzone/WNS"], { how: "done" })] }, "Qzone/WNS/m")).toBeUndefined();
  });
  it("that is a run here is told of once, with the way to it", () => {
    const cover = at(
      { leases: [lease(["Qzone/WNS/m"])], runs: [run("Qzone/WNS/m", { lease: "l" })] },
      "Qzone/WNS/m",
    );
    expect(cover?.changes).toEqual([{ run: "r1", name: "expand", who: "li", at: "Qzone/WNS/m" }]);
    expect(cover?.hushes).toHaveLength(1);
  });
  it("without a place is of no row", () => {
    expect(at({ runs: [run("")] }, "Qzone/WNS/m")).toBeUndefined();
  });
});

it("is not nothing where it could not be read", () => {
  expect(at({ unread: "503" }, "x/b/c")).toEqual({ hushes: [], changes: [], unread: "503" });
  expect(at({ unread: "503", leases: [lease(["x"])] }, "x/b/c")).toMatchObject({
    hushes: [{}],
    unread: "503",
  });
});
