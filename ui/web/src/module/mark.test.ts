import { expect, it } from "vitest";
import { readRoute } from "../state/view";
import { markPath, readToMark } from "./mark";

it("offers an interval to be marked by the URL of the node", () => {
  const mark = { from: "2026-11-27T12:01:00+08:00", to: "2026-11-27T04:30:00.5Z" };
  const { pathname, search } = new URL(markPath("Qzone/a%2Fb", mark.from, mark.to), "http://host/");
  expect(readRoute(pathname.slice(1), search)).toEqual({
    page: "module",
    id: "Qzone/a%2Fb",
    heat: "mean",
    model: "",
    mark,
  });
});

it("offers nothing that is no interval", () => {
  for (const bad of ["", "?mark=now", "?mark=2026-11-27T12:01:00Z/2026-11-27T12:00:00Z", "?mark=a/b"])
    expect(readToMark(bad)).toBeUndefined();
});
