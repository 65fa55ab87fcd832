import { describe, expect, it } from "vitest";
import {
  defaultView,
  modulePath,
  namesOf,
  readRoute,
  readView,
  toggleSort,
  type View,
  writeView,
} from "./view";

describe("the view in the URL", () => {
  const views: View[] = [
    defaultView,
    { path: "Qzone/WNS", level: "service", search: "set w13", deviates: true, sort: "full" },
    { path: "a%2Fb/c d", level: "", search: "50% & more + ?", deviates: false, sort: "-load" },
    { path: "微信/支付", level: "产品", search: "春节", deviates: true, sort: "-deviates" },
  ];
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

describe("the route", () => {
  const ids = ["Qzone", "Qzone/WNS/dispatch/SET_W13", "a%2Fb/c", "a b/#1?/100%25", "%2E%2E/x", "微信/支付"];
  it.each(ids)("finds module %s again", (id) => {
    const { pathname, search } = new URL(modulePath(id), "http://host/");
    expect(readRoute(pathname.slice(1), search)).toEqual({ page: "module", id });
  });
  it("shows the table for anything else", () => {
    expect(readRoute("", "?deviates=true")).toEqual({
      page: "table",
      view: { ...defaultView, deviates: true },
    });
    expect(readRoute("module/", "").page).toBe("table");
  });
  it("bears a bare percent sign", () => {
    expect(readRoute("module/100%", "")).toEqual({ page: "module", id: "100%" });
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
