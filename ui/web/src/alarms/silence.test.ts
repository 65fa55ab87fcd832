import { expect, it } from "vitest";
import { matchersOf, silenceFor, writeMatchers } from "./silence";

const labels = { node: "n1", alertname: "Down" };

it("silences what has the same labels, for so many hours", () => {
  const silence = silenceFor(
    matchersOf(labels),
    4,
    Date.parse("2026-11-27T22:00:00Z"),
    " ann ",
    " repaired at night ",
  );
  expect(silence).toEqual({
    matchers: [
      { name: "alertname", value: "Down", isRegex: false, isEqual: true },
      { name: "node", value: "n1", isRegex: false, isEqual: true },
    ],
    startsAt: "2026-11-27T22:00:00.000Z",
    endsAt: "2026-11-28T02:00:00.000Z",
    createdBy: "ann",
    comment: "repaired at night",
  });
});

it("writes matchers with their signs", () => {
  expect(writeMatchers(matchersOf(labels))).toBe('alertname="Down", node="n1"');
  const odd = [
    { name: "site", value: "a|b", isRegex: true, isEqual: true },
    { name: "job", value: "x", isRegex: true, isEqual: false },
    { name: "env", value: 'a"b', isRegex: false, isEqual: false },
  ];
  expect(writeMatchers(odd)).toBe('site=~"a|b", job!~"x", env!="a\\"b"');
});
