import { expect, it } from "vitest";
import type { Me } from "./api/told";
import { lackOf, roleAt } from "./may";

const me = {
  open: false,
  rights: [
    { role: "viewer", path: "" },
    { role: "operator", path: "Qzone/WNS" },
  ],
  needs: {
    "mute.add": { role: "operator", whole: false },
    "request.": { role: "operator", whole: false },
    "request.approve": { role: "admin", whole: false },
    "heal.release": { role: "operator", whole: true },
  },
} as unknown as Me;

it("gives the highest role of all nodes above", () => {
  expect(roleAt(me.rights, "Qzone/WNS/dispatch")).toBe("operator");
  expect(roleAt(me.rights, "Qzone/WNS2")).toBe("viewer");
  expect(roleAt([], "Qzone")).toBe("");
});

it("tells what is lacking, and where", () => {
  expect(lackOf(me, "mute.add", "Qzone/WNS/x")).toBeUndefined();
  expect(lackOf(me, "mute.add", "Qzone")).toEqual({ role: "operator", path: "Qzone", has: "viewer" });
  expect(lackOf(me, "heal.release", "Qzone/WNS")).toEqual({ role: "operator", path: "", has: "viewer" });
});

it("lets those begin who may do it somewhere, while it is not known where", () => {
  expect(lackOf(me, "mute.add", undefined)).toBeUndefined();
  expect(lackOf(me, "request.approve", undefined)).toEqual({
    role: "admin",
    path: undefined,
    has: "operator",
  });
  expect(lackOf(me, "heal.release", undefined)?.path).toBe("");
});

it("takes the need of the verb before that of all verbs", () => {
  expect(lackOf(me, "request.comment", "Qzone/WNS")).toBeUndefined();
  expect(lackOf(me, "request.approve", "Qzone/WNS")?.role).toBe("admin");
});

it("bars nobody where everybody may do everything, or before it is known", () => {
  expect(lackOf({ ...me, open: true }, "mute.add", "")).toBeUndefined();
  expect(lackOf(undefined, "mute.add", "")).toBeUndefined();
});
