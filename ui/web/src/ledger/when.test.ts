import { expect, it } from "vitest";
import { dayBefore, ledgerRevision, nextPeakTime } from "./when";

it("knows when today's peak is written down next, by the server's clock", () => {
  expect(nextPeakTime("2026-11-22T08:59:00+08:00")).toBe("09:00");
  expect(nextPeakTime("2026-11-22T09:00:00+08:00")).toBe("12:00");
  expect(nextPeakTime("2026-11-22T18:30:00Z")).toBe("00:00");
});

it("counts days back over months, by the server's calendar", () => {
  expect(dayBefore("2026-03-01T00:30:00+08:00", 1)).toBe("2026-02-28");
  expect(dayBefore("2026-11-27T23:00:00-08:00", 30)).toBe("2026-10-28");
});

it("asks anew after ten minutes, not each minute", () => {
  expect(ledgerRevision("2026-11-22T21:09:00+08:00")).toBe(ledgerRevision("2026-11-22T21:00:00+08:00"));
  expect(ledgerRevision("2026-11-22T21:10:00+08:00")).toBe(ledgerRevision("2026-11-22T21:00:00+08:00") + 1);
});
