import { describe, expect, it } from "vitest";
import { pages } from "../../e2e/pages.mjs";
import { parts as alarmParts } from "../alarms/view";
import { parts as changeParts } from "../changes/view";
import { parts as poolParts } from "../pool/view";
import { type Route, readRoute } from "./view";

const at = {
  module: "Qzone/WNS/微信 1",
  node: "n 1",
  alarm: "f2b3287681b7395c-1",
  rings: "Rings",
  run: "r1",
  month: "2026-11",
};

const routes = pages.map(({ path }) => {
  const { pathname, search } = new URL(path(at), "http://host/");
  return readRoute(pathname.slice(1), search);
});

// A new page has to be named here, and then in the list.
const every: Record<Route["page"], true> = {
  table: true,
  capacity: true,
  explain: true,
  module: true,
  ledger: true,
  reports: true,
  whatif: true,
  alarms: true,
  alarm: true,
  pool: true,
  poolplace: true,
  changes: true,
  run: true,
  nowhere: true,
};

describe("the list of pages that every look is tried on", () => {
  it("leads where it says", () => {
    expect(routes.map(({ page }) => page)).toEqual(pages.map(({ route }) => route));
  });
  it.each(Object.keys(every))("holds %s", (page) => {
    expect(routes.map((route) => route.page)).toContain(page);
  });
  it.each([
    ["alarms", alarmParts],
    ["pool", poolParts],
    ["changes", changeParts],
  ])("holds every part of %s", (page, parts) => {
    const shown = routes.map((route) =>
      route.page === page && "view" in route && "part" in route.view ? route.view.part : "",
    );
    expect(shown).toEqual(expect.arrayContaining([...parts]));
  });
  it("has each name once", () => {
    expect(new Set(pages.map(({ name }) => name)).size).toBe(pages.length);
  });
});
