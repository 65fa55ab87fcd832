import { expect, it } from "vitest";
import type { FlowStep, RunStep } from "../api/flows";
import { choicesOf, staysOf } from "./runactions";

const done = (path: string, id = path): RunStep => ({ path, id, state: "done", tool: "http", title: "" });

it("offers what means something where a run stands", () => {
  expect(choicesOf({ state: "paused" })).toEqual(["resume", "cancel", "undo"]);
  expect(choicesOf({ state: "undoing" })).toEqual([]);
});

it("tells what stays after a run is canceled, and after it is taken back", () => {
  const steps = [done("a"), done("roll[0]/b", "b"), { ...done("c"), state: "failed" as const }];
  const undo = { tool: "http" };
  const inner: FlowStep = { id: "roll", steps: [{ id: "b", undo }] };
  const document = { name: "x", title: "", inputs: null, steps: [{ id: "a" }, inner] };
  expect(staysOf({ steps, document }, false)).toEqual(["a", "roll[0]/b"]);
  expect(staysOf({ steps, document }, true)).toEqual(["a"]);
});
