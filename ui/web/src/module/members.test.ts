import { expect, it } from "vitest";
import type { Worker } from "../api/pool";
import type { Device } from "../api/types";
import { membersOf } from "./members";

const device = (name: string, load: number | null, change: Partial<Device> = {}): Device => ({
  name,
  module: "a",
  load,
  last: "2026-11-22T21:05:00+08:00",
  age_seconds: 20,
  silent: false,
  at: { site: "sh1", rack: "r7" },
  ...change,
});

it("compares each device with the mean of those that report", () => {
  const members = membersOf(
    [device("n0", 99, { silent: true, at: {} }), device("n1", 30), device("n2", 20)],
    [],
  );
  expect(members.map(({ off }) => off)).toEqual([null, 5, -5]);
  expect(members.map(({ place }) => place)).toEqual(["", "sh1 · r7", "sh1 · r7"]);
});

it("counts the pool's workers by device", () => {
  const workers = ["n1", "n1", "n9"].map((node) => ({ node }) as Worker);
  expect(membersOf([device("n1", 30), device("n2", null)], workers).map((m) => m.workers)).toEqual([2, 0]);
});
