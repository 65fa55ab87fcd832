import { expect, it } from "vitest";
import { sampleAlarm } from "../testing/alarm";
import { openFirst } from "./order";

it("shows open alarms first, each once", () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => sampleAlarm({ id }));
  if (!a || !b || !c) throw new Error("three alarms");
  expect(openFirst([c], [a, b, c]).map(({ id }) => id)).toEqual(["c", "a", "b"]);
});
