import { expect, it } from "vitest";
import { sendCommand } from "../table/empty";
import { hoursAgo } from "./decisionpart";
import { joinCommand, serviceLines } from "./empty";
import { lateSeconds, pauseAfter, staleSeconds } from "./fresh";

it("data are old once several questions had no answer", () => {
  const pause = pauseAfter(20);
  expect(staleSeconds({ at: 1_000, pause }, 20_000)).toBeNull();
  expect(staleSeconds({ at: 1_000, pause }, 32_500)).toBe(31);
  expect(staleSeconds({ at: 0, pause }, 1_000_000)).toBeNull(); // never answered: there is nothing to be old
});

it("asks less often where answers are slow, and not much less", () => {
  expect([0, 900, 3_000, 100_000].map(pauseAfter)).toEqual([5_000, 5_000, 15_000, 60_000]);
});

it("a decision is late after three minutes", () => {
  const now = Date.parse("2026-11-27T12:05:00Z");
  expect(lateSeconds("2026-11-27T12:02:00Z", now)).toBeNull();
  expect(lateSeconds("2026-11-27T20:01:00+08:00", now)).toBe(240);
  expect(lateSeconds(undefined, now)).toBeNull();
});

it("asks for decisions from a full minute on", () => {
  const at = (time: string) => hoursAgo(24, Date.parse(time));
  expect(at("2026-11-27T12:01:59Z")).toBe("2026-11-26T12:01:00.000Z");
  expect(at("2026-11-27T12:01:01Z")).toBe(at("2026-11-27T12:01:59Z"));
});

it("what is to be copied names this server and module", () => {
  expect(joinCommand("https://headroom:7480/")).toBe(
    "sudo bin/headroom-node serve --server.url=https://headroom:7480",
  );
  expect(sendCommand('my_busy{module="web"}', "1", "http://h/")).toBe(
    `echo 'my_busy{module="web"} 1' |\n  curl --data-binary @- http://h/api/v1/import/prometheus`,
  );
  expect(serviceLines("shop/web/cart")).toContain("- module: shop/web/cart\n");
  expect(serviceLines("微信/SET W1")).toContain("- module: 微信/SET W1\n");
  expect(serviceLines("7/a: b")).toContain('- module: "7/a: b"\n');
});
