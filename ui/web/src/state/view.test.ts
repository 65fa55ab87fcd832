import { describe, expect, it } from "vitest";
import {
  defaultLedger,
  defaultView,
  type LedgerView,
  ledgerPath,
  modulePath,
  namesOf,
  readRoute,
  readView,
  toggleSort,
  type View,
  writeView,
} from "./view";

describe("the view in the URL", () => {
  const view = (change: Partial<View>): View => ({ ...defaultView, ...change });
  const views: View[] = [
    defaultView,
    view({ path: "Qzone/WNS", level: "service", search: "set w13", sort: "full", model: "both" }),
    view({ path: "a%2Fb/c d", search: "50% & more + ?", sort: "-load" }),
    view({ path: "微信/支付", level: "产品", search: "春节", chips: ["deviates"], model: "classic" }),
    view({
      chips: ["deviates", "-muted"],
      owner: "li, ops & co",
      columns: ["load", "owner"],
      group: "product",
    }),
    view({ group: "产品", folded: ["Qzone/相册", "a%2Fb/c, d&e"] }),
  ];
  it("comes back whatever is combined", () => {
    for (let i = 0; i < 2 ** views.length; i++) {
      const one = Object.assign(
        {},
        ...views.filter((_, bit) => i & (1 << bit)).map(changed),
      ) as Partial<View>;
      expect(readView(writeView(view(one)))).toEqual(view(one));
    }
  });
  it("knows the API's way to ask for deviating rows", () => {
    expect(readView("?deviates=true").chips).toEqual(["deviates"]);
  });
  it.each(views)("comes back as it was: %o", (view) => {
    expect(readView(writeView(view))).toEqual(view);
  });
  it("is empty for the default", () => {
    expect(writeView(defaultView)).toBe("");
  });
  it("keeps slashes readable", () => {
    expect(writeView({ ...defaultView, path: "Qzone/WNS" })).toBe("?path=Qzone/WNS");
  });
});

/** What of a view is not at its default. */
const changed = (view: View) =>
  Object.fromEntries(
    Object.entries(view).filter(([key, value]) => `${value}` !== `${defaultView[key as keyof View]}`),
  );

describe("the route", () => {
  const ids = ["Qzone", "Qzone/WNS/dispatch/SET_W13", "a%2Fb/c", "a b/#1?/100%25", "%2E%2E/x", "微信/支付"];
  it.each(ids)("finds module %s again", (id) => {
    const { pathname, search } = new URL(modulePath(id, "both", "peak"), "http://host/");
    expect(readRoute(pathname.slice(1), search)).toEqual({ page: "module", id, model: "both", heat: "peak" });
  });
  const ledgers: LedgerView[] = [
    defaultLedger,
    { path: "a%2Fb/支付", days: 90, task: "growth", horizon: "30d" },
    { path: "", days: 30, task: "peak", horizon: "09:00" },
  ];
  it.each(ledgers)("finds the ledger again: %o", (view) => {
    const { pathname, search } = new URL(ledgerPath(view), "http://host/");
    expect(readRoute(pathname.slice(1), search)).toEqual({ page: "ledger", view });
  });
  it("shows the ledger of 30 days for a span that cannot be chosen", () => {
    expect(ledgerPath(defaultLedger)).toBe("ledger");
    expect(readRoute("ledger", "?days=5000")).toEqual({ page: "ledger", view: defaultLedger });
  });
  it("shows the table at the root", () => {
    expect(readRoute("", "?deviates=true")).toEqual({
      page: "table",
      view: { ...defaultView, chips: ["deviates"] },
    });
    expect(readRoute("index.html", "").page).toBe("table");
  });
  it.each(["nosuchpage", "help", "module/", "pool/nodes", "alarms/a/b"])("leads nowhere at %s", (path) => {
    expect(readRoute(path, "")).toEqual({ page: "nowhere" });
  });
  it("shows the alarms where Alertmanager's templates link to", () => {
    expect(readRoute("alarms/", "").page).toBe("alarms");
  });
  it("bears a bare percent sign", () => {
    expect(readRoute("module/100%", "")).toEqual({ page: "module", id: "100%", model: "", heat: "mean" });
    expect(namesOf("a%2Fb/c")).toEqual(["a/b", "c"]);
  });
});

describe("a click on a column", () => {
  it("sorts by it, then the other way round", () => {
    expect(toggleSort("path", "load", true)).toBe("-load");
    expect(toggleSort("-load", "load", true)).toBe("load");
    expect(toggleSort("load", "load", true)).toBe("-load");
    expect(toggleSort("-load", "path", false)).toBe("path");
  });
});
