import { expect, it } from "vitest";
import type { Silence } from "../api/silences";
import { sampleRow } from "../testing/sample";
import { en } from "../text/en";
import { mutedBy } from "./muted";

const levels = ["business", "module"];
const row = sampleRow("Games/web");

const silence = (...names: [string, string][]) =>
  ({
    id: "s",
    matchers: names.map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
    endsAt: "2026-11-22T23:30:00+08:00",
    comment: "move",
    status: { state: "active" },
  }) as Silence;

const by = (...silences: Silence[]) =>
  mutedBy({ mutes: [], leases: [], runs: [], silences }, row, levels, en);

it("tells what mutes all alarms of a node, and until when", () => {
  expect(by(silence(["module", "web"]))).toBe("silence: move, until 23:30");
});

it("tells of nothing that mutes only some, or those of others", () => {
  expect(by()).toBe("");
  expect(by(silence(["module", "web"], ["alertname", "Down"]))).toBe("");
  expect(by(silence(["module", "api"]))).toBe("");
});
