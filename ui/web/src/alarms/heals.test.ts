import { expect, it } from "vitest";
import type { Heal } from "../api/heals";
import { healState, healStates } from "./heals";

const heal = (result: Heal["result"], verdict: Heal["verdict"] = "") => ({ result, verdict }) as Heal;

it("calls nothing healed before it is known to have helped", () => {
  expect(healState(heal("done"))).toBe("unproven");
  expect(healState(heal("done", "helped"))).toBe("helped");
  expect(healState(heal("failed", "helped not"))).toBe("helped not");
  expect(healState(heal("would"))).toBe("would");
  expect(healState(heal("unknown"))).toBe("unknown");
});

it("counts how actions came out", () => {
  expect(healStates([heal("would"), heal("done", "helped"), heal("would")])).toEqual([
    ["would", 2],
    ["helped", 1],
  ]);
});
