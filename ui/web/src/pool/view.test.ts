import { describe, expect, it } from "vitest";
import { readRoute } from "../state/view";
import { defaultPool, nodePath, type PoolView, placePath, poolPath, readPool, servicePath } from "./view";

const routeOf = (path: string) => {
  const { pathname, search } = new URL(path, "http://host/");
  return readRoute(pathname.slice(1), search);
};

describe("the pool in the URL", () => {
  const views: PoolView[] = [
    defaultPool,
    { ...defaultPool, part: "nodes", state: "lost", by: "rack", table: true, search: "rack=r1 + ?" },
    { ...defaultPool, path: "a%2Fb/微信", mode: "only", attention: true, sort: "-busy" },
    {
      ...defaultPool,
      part: "replay",
      module: "a/b%2Fc/微信",
      from: "2026-11-20",
      days: 7,
      changes: [
        { target: 0.7, scale_in: 0.65 },
        { step_in: 1, stabilise_seconds: 600 },
      ],
    },
    {
      ...defaultPool,
      part: "decisions",
      direction: "out",
      hours: 168,
      explain: "scale:a/b@2026-11-27T12:01:00Z",
    },
  ];
  it.each(views)("comes back as it was: %o", (view) => {
    expect(routeOf(poolPath(view))).toEqual({ page: "pool", view });
  });
  it("shows the services by default", () => {
    expect(poolPath(defaultPool)).toBe("pool");
    expect(readPool("?show=x&mode=y&state=z&direction=up&hours=7&attention=maybe&days=8&from=soon")).toEqual(
      defaultPool,
    );
  });
});

describe("a place of the pool", () => {
  it.each(["n1", "a/b", "rack 7/n 1"])("node %s has an address of its own", (id) => {
    expect(routeOf(nodePath(id))).toEqual({ page: "poolplace", view: { kind: "nodes", id, explain: "" } });
  });
  it.each(["shop/web/cart", "a%2Fb/c d", "微信/支付"])("so has service %s", (id) => {
    expect(routeOf(servicePath(id))).toEqual({
      page: "poolplace",
      view: { kind: "services", id, explain: "" },
    });
  });
  it("keeps which decision is explained", () => {
    const view = { kind: "services" as const, id: "a/b", explain: "scale:a/b@2026-11-27T12:01:00Z" };
    expect(routeOf(placePath(view))).toEqual({ page: "poolplace", view });
  });
});
