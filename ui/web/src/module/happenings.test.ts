import { describe, expect, it } from "vitest";
import type { Run } from "../api/flows";
import type { Lease, Mute } from "../api/mutes";
import type { Silence } from "../api/silences";
import { sampleAlarm } from "../testing/alarm";
import { en } from "../text/en";
import { type Happened, lanesOf, placeOf } from "./happenings";

const id = "Games/Farm/web%2Fapi";
const levels = ["business", "product", "module"];
const seconds = (clock: string) => Date.parse(`2026-11-22T${clock}:00Z`) / 1000;
const time = (clock: string) => `2026-11-22T${clock}:00Z`;
const now = seconds("21:00");

const nothing: Happened = { runs: [], facts: [], leases: [], silences: [], mutes: [], alarms: [] };
const lanes = (some: Partial<Happened>) => lanesOf({ ...nothing, ...some }, id, levels, now, en);

const silence = (name: string, value: string, change: Partial<Silence["matchers"][0]> = {}) =>
  ({
    id: value,
    matchers: [
      { name: "alertname", value: "Down", isRegex: false, isEqual: true },
      { name, value, isRegex: false, isEqual: true, ...change },
    ],
    startsAt: time("20:00"),
    endsAt: time("22:00"),
    comment: "test",
    status: { state: "active" },
  }) as Silence;

describe("what happened to a node", () => {
  it("has runs from their start to their end, or to now", () => {
    const run = { flow: "restart", created: time("19:00") };
    const { changes } = lanes({
      runs: [
        { ...run, id: "b", state: "running", started: time("19:30") } as Run,
        { ...run, id: "a", state: "done", ended: time("19:10") } as Run,
      ],
    });
    expect(changes.map((bar) => [bar.id, bar.from, bar.to, bar.text])).toEqual([
      ["a", seconds("19:00"), seconds("19:10"), "restart (done)"],
      ["b", seconds("19:30"), now, "restart (running)"],
    ]);
  });

  it("has the leases that cover the node", () => {
    const lease = { kind: "deploy", run: "r7", started_at: time("20:30"), ended_at: null };
    const of = (...paths: string[]) =>
      lanes({ leases: [{ ...lease, id: "l", paths } as Lease] }).mutes.length;
    expect(of("Games")).toBe(1);
    expect(of("Games/Farm", "Data")).toBe(1);
    expect(of("Games/Farm/web")).toBe(0);
    expect(of()).toBe(0); // it is for machines
  });

  it("has the silences that name a level of the node and do not rule it out", () => {
    const of = (s: Silence) => lanes({ silences: [s] }).mutes.length;
    expect(of(silence("module", "web/api"))).toBe(1);
    expect(of(silence("module", "web/other"))).toBe(0);
    expect(of(silence("product", "F.*", { isRegex: true }))).toBe(1);
    expect(of(silence("product", "(", { isRegex: true }))).toBe(0);
    expect(of(silence("product", "Match", { isEqual: false }))).toBe(1);
    expect(of(silence("node", "n1"))).toBe(0); // it is for a machine
  });

  it("has the mutes that hold now", () => {
    const mute = { id: "m", name: "nightly", matchers: ['module="web/api"'], change: time("23:00") };
    const of = (active: boolean) => lanes({ mutes: [{ ...mute, active } as Mute] });
    expect(of(false).mutes).toEqual([]);
    expect(of(true).mutes[0]).toMatchObject({ from: now, to: seconds("23:00"), text: "mute: nightly" });
  });

  it("has alarms while they fire", () => {
    const { alarms } = lanes({ alarms: [sampleAlarm({ starts_at: time("20:40"), ends_at: null })] });
    expect(alarms[0]).toMatchObject({ from: seconds("20:40"), to: now });
  });
});

it("places a bar within the hours that are shown", () => {
  const bar = { id: "", from: 10, to: 30, text: "", look: "" };
  expect(placeOf(bar, 0, 100)).toEqual({ left: 10, width: 20 });
  expect(placeOf(bar, 20, 40)).toEqual({ left: 0, width: 50 });
  expect(placeOf(bar, 31, 40)).toBeNull();
  expect(placeOf(bar, 0, 9)).toBeNull();
  expect(placeOf(bar, 5, 5)).toBeNull();
});
