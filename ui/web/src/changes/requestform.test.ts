import { describe, expect, it } from "vitest";
import { requestKinds } from "../api/requests";
import { fieldsOf, fieldText, labelled, partOf, readFill, readForm, zoneOf } from "./requestform";

describe("the form of a request", () => {
  it("comes back as it was filled in", () => {
    const access = {
      subject: "user:ann",
      role: "operator",
      path: "Qzone",
      until: "2026-12-28T10:30:00+08:00",
    };
    const typed = Object.fromEntries(fieldsOf.access.map((f) => [f.name, fieldText(f, access)]));
    expect(typed.until).toBe("2026-12-28T10:30");
    expect(readForm("access", typed, zoneOf(access.until))).toEqual({ access });
  });
  it("leaves out what is empty", () => {
    expect(
      readForm("machines", { module: "a/b", devices: "7", device_type: " ", nodes: "n1, n2" }, "Z"),
    ).toEqual({
      machines: { module: "a/b", devices: 7, nodes: ["n1", "n2"] },
    });
    expect(readForm("change", { flow: "x", inputs: "{" }, "Z")).toEqual({
      change: { flow: "x", inputs: "{" },
    });
  });
  it("is filled in by the URL", () => {
    expect(readFill('{"kind":"access","role":"operator","path":"a/b"}')).toEqual({
      kind: "access",
      role: "operator",
      path: "a/b",
    });
    expect([readFill(""), readFill("{"), readFill('{"kind":"x"}'), readFill("{}")]).toEqual([{}, {}, {}, {}]);
  });
  it("has fields for every kind, empty before anything is known", () => {
    for (const kind of requestKinds) {
      expect(fieldsOf[kind].length).toBeGreaterThan(0);
      for (const field of fieldsOf[kind]) expect(fieldText(field, partOf({}, kind))).toBe("");
    }
  });
});

it("tells what is asked for by the labels of the form, without what was left empty", () => {
  const part = { module: "Qzone/web", needed_by: "2026-12-24", device_type: "", nodes: [], odd: 3 };
  expect(labelled(part, { module: "Module", needed_by: "Needed by", nodes: "Machines" })).toEqual({
    Module: "Qzone/web",
    "Needed by": "2026-12-24",
    odd: 3,
  });
});
