import { describe, expect, it } from "vitest";
import type { FactValue, RegistryNode } from "../api/fleet";
import { canTakeBack, inLine, people, settable } from "./facts";

const value = (field: string, source: string, from: string) =>
  ({ field, source, from, value: "" }) as FactValue;

describe("facts", () => {
  it("can be set by their usual names and by those that are known", () => {
    const names = settable([value("owner", "git", "a"), value("limits.max", "git", "a")]);
    expect(names.filter((name) => name === "owner")).toHaveLength(1);
    expect(names).toContain("limits.max");
  });
  it("are taken back only where a person has set them", () => {
    const node = { values: [value("owner", people, "a"), value("level", "git", "a/b")] } as RegistryNode;
    expect(canTakeBack(node, "a", "owner")).toBe(true);
    expect(canTakeBack(node, "a/b", "owner")).toBe(false); // it is set above
    expect(canTakeBack(node, "a/b", "level")).toBe(false);
  });
  it("of several items are shown in a line", () => {
    expect(inLine("a\nb")).toBe("a, b");
  });
});
