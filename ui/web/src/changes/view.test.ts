import { describe, expect, it } from "vitest";
import { readRoute } from "../state/view";
import { type ChangesView, changesPath, defaultChanges, runPath, runStateOf } from "./view";

const back = (path: string) => {
  const { pathname, search } = new URL(path, "http://host/");
  return readRoute(pathname.slice(1), search);
};

describe("the page of changes in the URL", () => {
  const views: ChangesView[] = [
    defaultChanges,
    { ...defaultChanges, path: "a%2Fb/支付", search: "50% & more", state: "failed", open: true },
    { ...defaultChanges, part: "flows", chosen: "expand-module", fill: '{"module":"a/b"}' },
    { ...defaultChanges, part: "consistency", chosen: "a/b", node: "n 1" },
    { ...defaultChanges, part: "operations", by: "node" },
    { ...defaultChanges, part: "audit", who: "user:ann", action: "run.retry" },
  ];
  it.each(views)("comes back as it was: %o", (view) => {
    expect(back(changesPath(view))).toEqual({ page: "changes", view });
  });
  it("is short for the default", () => {
    expect(changesPath(defaultChanges)).toBe("changes");
  });
  it.each([
    ["r1", ""],
    ["r/1 ?", "roll[2]/stop"],
  ])("finds run %s with step %s again", (id, step) => {
    expect(back(runPath(id, step))).toEqual({ page: "run", view: { id, step } });
  });
  it("knows the states of runs", () => {
    expect([runStateOf("failed"), runStateOf("lost")]).toEqual(["failed", ""]);
  });
});
