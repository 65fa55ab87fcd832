import { expect, it } from "vitest";
import { explainPath, readExplain } from "./view";

it.each([
  { id: "row:Qzone/WNS/dispatch/SET_W13", model: "" },
  { id: "row:a/b%2Fc@2026-11-22T21:05", model: "classic" },
  { id: "alarm:1 & 2 + 3#x", model: "" },
])("keeps $id in the URL", (view) => {
  const path = explainPath(view);
  expect(readExplain(path.slice("explain".length))).toEqual(view);
});
