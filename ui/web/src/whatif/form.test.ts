import { describe, expect, it } from "vitest";
import {
  devicesText,
  loadText,
  lostText,
  partTexts,
  readDays,
  readDevices,
  readLoad,
  readLost,
} from "./form";
import { noScenario } from "./scenario";

describe("a load", () => {
  const forms: [string, ReturnType<typeof readLoad>][] = [
    ["1.3", { path: "", factor: "1.3", from: "", to: "" }],
    ["Qzone=1.3", { path: "Qzone", factor: "1.3", from: "", to: "" }],
    [
      "Qzone=1.3@2026-12-10..2026-12-20",
      { path: "Qzone", factor: "1.3", from: "2026-12-10", to: "2026-12-20" },
    ],
    ["Qzone=1.3@..2026-12-20", { path: "Qzone", factor: "1.3", from: "", to: "2026-12-20" }],
    ["a=b=2", { path: "a=b", factor: "2", from: "", to: "" }],
    ["a@b=2", { path: "a@b", factor: "2", from: "", to: "" }],
    ["a@b..c=2@..", { path: "a@b..c", factor: "2", from: "", to: "" }], // the name has an @ and dots
    ["Qzone=", { path: "Qzone", factor: "", from: "", to: "" }], // unfinished
    ["", { path: "", factor: "", from: "", to: "" }],
  ];
  it.each(forms)("%s", (text, part) => {
    expect(readLoad(text)).toEqual(part);
    expect(loadText(part)).toBe(text);
  });
  it("may be written with a sign of multiplication", () => {
    expect(readLoad("Qzone=×1.3").factor).toBe("1.3");
  });
});

describe("a lost domain", () => {
  const forms: [string, ReturnType<typeof readLost>][] = [
    ["rack=r12", { label: "rack", value: "r12", path: "" }],
    ["rack=r12@Qzone/WNS", { label: "rack", value: "r12", path: "Qzone/WNS" }],
    ["rack=", { label: "rack", value: "", path: "" }],
    ["=r12", { label: "", value: "r12", path: "" }],
    ["=", { label: "", value: "", path: "" }],
  ];
  it.each(forms)("%s", (text, part) => {
    expect(readLost(text)).toEqual(part);
    expect(lostText(part)).toBe(text);
  });
});

describe("devices", () => {
  const forms: [string, ReturnType<typeof readDevices>][] = [
    ["a/b=+4", { path: "a/b", change: "4" }],
    ["a/b=-2", { path: "a/b", change: "-2" }],
    ["a=b=-2", { path: "a=b", change: "-2" }],
    ["a/b=", { path: "a/b", change: "" }],
    ["=", { path: "", change: "" }],
  ];
  it.each(forms)("%s", (text, part) => {
    expect(readDevices(text)).toEqual(part);
    expect(devicesText(part)).toBe(text);
  });
  it("bear a plus sign that a URL took for a blank", () => {
    expect(readDevices("a/b= 4")).toEqual({ path: "a/b", change: "4" });
  });
});

it("reads days and weeks, and keeps what is neither", () => {
  expect(["45d", "6w", "45", "36h", ""].map(readDays)).toEqual(["45", "42", "45", "36h", ""]);
});

it("writes lead time and target only where they are given", () => {
  expect(partTexts({ ...noScenario, lead: "45", target: "70" })).toEqual([
    ["lead_time", "45d"],
    ["target_load", "70"],
  ]);
  expect(partTexts(noScenario)).toEqual([]);
});
