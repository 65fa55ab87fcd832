import { describe, expect, it } from "vitest";
import { blank, draftOf, intervalOf, pathsUpFrom, readFaults, toBody } from "./draft";

describe("a draft", () => {
  it("has whole minutes, of a moment too", () => {
    const at = Date.parse("2026-11-22T13:05:20Z") / 1000;
    expect(intervalOf(at, at + 600, "Asia/Shanghai")).toEqual({
      from: "2026-11-22T21:05",
      to: "2026-11-22T21:16",
    });
    expect(intervalOf(at, at, "UTC")).toEqual({ from: "2026-11-22T13:05", to: "2026-11-22T13:06" });
    expect(draftOf("a", "2026-11-22T21:05:00+08:00", "2026-11-22T21:16:00+08:00", "UTC")).toEqual({
      ...blank("a"),
      from: "2026-11-22T13:05",
      to: "2026-11-22T13:16",
    });
  });

  it("is sent with the offset of the zone", () => {
    const draft = { ...blank("a"), from: "2026-11-22T21:05", to: "2026-11-22T22:00", note: " cut " };
    expect(toBody(draft, "Asia/Shanghai")).toEqual({
      path: "a",
      from: "2026-11-22T21:05:00+08:00",
      to: "2026-11-22T22:00:00+08:00",
      kind: "incident",
      note: "cut",
    });
  });

  it("is for a node or any above it", () => {
    expect(pathsUpFrom("Qzone/a%2Fb/m")).toEqual(["Qzone/a%2Fb/m", "Qzone/a%2Fb", "Qzone", ""]);
  });
});

it("puts each fault to the field that it names", () => {
  expect(readFaults('path: "no": no such node\nto: want a time after 12:00, got 11:00\nno body')).toEqual([
    { field: "path", message: '"no": no such node' },
    { field: "to", message: "want a time after 12:00, got 11:00" },
    { field: "", message: "no body" },
  ]);
});
