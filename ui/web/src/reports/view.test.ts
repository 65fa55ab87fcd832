import { expect, it } from "vitest";
import { readRoute } from "../state/view";
import { reportsPath } from "./view";

it.each(["", "2026-11"])("comes back from the URL as it was: %o", (month) => {
  expect(readRoute(reportsPath({ month }), "")).toEqual({ page: "reports", view: { month } });
});

it("has a slash at its end or not", () => {
  expect(readRoute("reports/", "")).toEqual({ page: "reports", view: { month: "" } });
});

it.each(["reports/november", "reportsx", "reports/2026-11/x"])("does not take %s for a month", (path) => {
  expect(readRoute(path, "").page).toBe("nowhere");
});
