import { describe, expect, it } from "vitest";
import { fromWall, toRfc3339, toWall, writeInterval } from "./wall";

describe("the wall clock of a zone", () => {
  it("is written and read in that zone", () => {
    const at = Date.parse("2026-11-22T13:05:00Z") / 1000;
    expect(toWall(at, "Asia/Shanghai")).toBe("2026-11-22T21:05");
    expect(fromWall("2026-11-22T21:05", "Asia/Shanghai")).toBe(at);
    expect(toRfc3339("2026-11-22T21:05", "Asia/Shanghai")).toBe("2026-11-22T21:05:00+08:00");
    expect(toRfc3339("2026-11-22T21:05", "UTC")).toBe("2026-11-22T21:05:00+00:00");
    expect(toRfc3339("2026-11-22T21:05", "America/St_Johns")).toBe("2026-11-22T21:05:00-03:30");
  });

  it("has midnight at the beginning of the day", () => {
    expect(toWall(Date.parse("2026-11-21T16:00:00Z") / 1000, "Asia/Shanghai")).toBe("2026-11-22T00:00");
  });

  it("takes the first of two minutes when clocks go back", () => {
    expect(toRfc3339("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T02:30:00+02:00");
    expect(toRfc3339("2026-10-25T03:30", "Europe/Berlin")).toBe("2026-10-25T03:30:00+01:00");
    expect(toRfc3339("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T01:30:00-04:00");
    expect(toRfc3339("2026-11-01T12:00", "America/New_York")).toBe("2026-11-01T12:00:00-05:00");
  });

  it("moves a minute that clocks skip to after the skip", () => {
    expect(toRfc3339("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T03:30:00+02:00");
    expect(toRfc3339("2026-03-29T01:59", "Europe/Berlin")).toBe("2026-03-29T01:59:00+01:00");
    expect(toRfc3339("2026-03-29T03:00", "Europe/Berlin")).toBe("2026-03-29T03:00:00+02:00");
  });

  it("leaves what is no time to the server", () => {
    expect(toRfc3339("", "UTC")).toBe("");
    expect(fromWall("soon", "UTC")).toBeNaN();
  });
});

it("says the day of an interval once", () => {
  expect(writeInterval("2026-11-20T12:00:00+08:00", "2026-11-20T15:00:00+08:00")).toBe(
    "2026-11-20 12:00 – 15:00",
  );
  expect(writeInterval("2026-11-20T22:00:00+08:00", "2026-11-21T01:00:00+08:00")).toBe(
    "2026-11-20 22:00 – 2026-11-21 01:00",
  );
});
