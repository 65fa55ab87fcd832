import { describe, expect, it } from "vitest";
import type { FlowInput } from "../api/flows";
import { firstValue, readFill, readInputs } from "./inputs";

const of = (name: string, type: string, more: Partial<FlowInput> = {}): FlowInput => ({
  name,
  type,
  ...more,
});

describe("the inputs of a flow", () => {
  it("are filled by the link, the place in the tree or the default", () => {
    expect(firstValue(of("module", "module"), {}, "Qzone/WNS")).toBe("Qzone/WNS");
    expect(firstValue(of("module", "module"), { module: "a" }, "Qzone/WNS")).toBe("a");
    expect(firstValue(of("nodes", "list"), { nodes: ["a", "b"] }, "")).toBe("a, b");
    expect(firstValue(of("n", "int", { default: 0 }), {}, "")).toBe("0");
    expect(firstValue(of("n", "int"), {}, "")).toBe("");
  });
  it("are read by their types, empty ones left to their defaults", () => {
    const inputs = [
      of("n", "int"),
      of("nodes", "list", { of: "node" }),
      of("x", "bool"),
      of("m", "map"),
      of("s", "string"),
      of("e", "string"),
    ];
    expect(readInputs(inputs, { n: "3", nodes: "a, b\nc,", m: '{"a":1}', s: " 12 ", e: "" })).toEqual({
      n: 3,
      nodes: ["a", "b", "c"],
      x: false,
      m: { a: 1 },
      s: "12",
    });
    expect(readInputs([of("ports", "list", { of: "int" })], { ports: "80, 81" })).toEqual({
      ports: [80, 81],
    });
    expect(readInputs([of("n", "int")], { n: "many" })).toEqual({ n: "many" });
  });
  it("of a link that cannot be read are none", () => {
    expect(readFill('{"a":1}')).toEqual({ a: 1 });
    expect(readFill("[1]")).toEqual({});
    expect(readFill("{")).toEqual({});
  });
});
