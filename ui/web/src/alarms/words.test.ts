import { expect, it } from "vitest";
import { sampleAlarm } from "../testing/alarm";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { headline, linkOf, moment, saidOf, summaryOf, whereOf } from "./words";

const now = "2026-11-27T12:15:00+08:00";

it("says the day only of another one", () => {
  expect(moment("2026-11-27T12:01:00+08:00", "2026-11-27")).toBe("12:01");
  expect(moment("2026-11-26T12:01:00+08:00", "2026-11-27")).toBe("11-26 12:01");
});

it("tells an alarm that fires, why, and who looks after it", () => {
  const alarm = sampleAlarm({
    outcome: "notified",
    reason: "told to the owners",
    acked_at: "2026-11-27T12:10:00+08:00",
    acked_by: "ann",
  });
  expect(headline(alarm, now, "2026-11-27", en.alarms)).toBe(
    "Fires since 12:01, for 14 min. People know of it: told to the owners. ann took it on at 12:10.",
  );
  const told = { ...alarm, reason: "已通知 ops/webhook" };
  expect(headline(told, now, "2026-11-27", zh.alarms)).toBe(
    "自 12:01 起告警，已 14 分钟。已通知到人：已通知 ops/webhook。ann 于 12:10 接手。",
  );
});

it("tells until when somebody looks after it", () => {
  const taken = sampleAlarm({
    acked_at: "2026-11-27T12:10:00+08:00",
    acked_by: "ann",
    acked_until: "2026-11-28T09:00:00+08:00",
  });
  const said = ({ alarms }: typeof en) => headline(taken, now, "2026-11-27", alarms);
  expect(said(en)).toMatch(/ ann took it on at 12:10 until 11-28 09:00\.$/);
  expect(said(zh)).toMatch(/ann 于 12:10 接手，至 11-28 09:00。$/);
});

it("ends a reason by the full stop of its language", () => {
  const said = (reason: string) => headline(sampleAlarm({ reason }), now, "2026-11-27", zh.alarms);
  expect(said("没有配置要通知的人（接收方“default”）")).toMatch(/default”）。$/);
  expect(said("It runs.")).toMatch(/It runs\.$/);
});

it("says that somebody looks after it also where nobody has a name", () => {
  const taken = sampleAlarm({ acked_at: "2026-11-27T12:10:00+08:00" });
  expect(headline(taken, now, "2026-11-27", en.alarms)).toMatch(/ It was taken on at 12:10\.$/);
});

it("tells one that is over, and one of which nothing is known yet", () => {
  const over = sampleAlarm({ outcome: "healed", ends_at: "2026-11-27T12:05:00+08:00", reason: "It runs." });
  expect(headline(over, now, "2026-11-28", en.alarms)).toBe(
    "Fired from 11-27 12:01 to 11-27 12:05, for 4 min. Headroom has healed it: It runs.",
  );
  expect(headline(sampleAlarm({ reason: "" }), now, "2026-11-27", en.alarms)).toContain(
    "It waits: Nothing has been decided yet.",
  );
});

it("rings at a node of the tree, else at a device, else where its alarms meet", () => {
  const cause = { component: { kind: "rack", name: "r12" }, kinds: [], members: [], share: 9 };
  expect(whereOf(sampleAlarm({ path: "Qzone/a%2Fb", node: "n1" }))).toBe("Qzone › a/b");
  expect(whereOf(sampleAlarm({ path: "", node: "n1" }))).toBe("n1");
  expect(whereOf(sampleAlarm({ path: "", node: "", cause }))).toBe("rack r12");
  expect(whereOf(sampleAlarm({ path: "", node: "" }))).toBe("");
});

it("says what an alarm is about in its sender's words, else by the reason", () => {
  const said = { summary: "", description: "All that would be healed is passed on." };
  expect(summaryOf(sampleAlarm({ annotations: said }))).toBe("All that would be healed is passed on.");
  expect(summaryOf(sampleAlarm({ annotations: { ...said, summary: "It stopped" } }))).toBe("It stopped");
  expect(summaryOf(sampleAlarm({ annotations: {}, reason: "waits" }))).toBe("waits");
  expect(saidOf(sampleAlarm({ annotations: {}, reason: "waits" }))).toBe("");
});

it("leaves out how many share a component where nobody knows", () => {
  expect(en.alarms.sharing("rack r12", 9)).toBe("rack r12, shared by 9");
  for (const { alarms } of [en, zh]) expect(alarms.sharing("rack r12", 0)).toBe("rack r12");
});

it("opens nothing but pages", () => {
  expect(linkOf("https://wiki.example/runbook?x=1")).toBe("https://wiki.example/runbook?x=1");
  for (const bad of [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "file:///etc",
    "runbook",
    "",
  ])
    expect(linkOf(bad)).toBeUndefined();
});
