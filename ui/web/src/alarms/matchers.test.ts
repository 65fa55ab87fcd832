import { expect, it } from "vitest";
import { readMatchers } from "./matchers";
import { writeMatchers } from "./silence";

const kept = [
  'alertname="Down"',
  'alertname="Down", node=~"n1|n2"',
  'job!="a,b", site!~"x=y", note="a \\"b\\" {c}"',
  'path="微信/支付"',
];
it.each(kept)("reads %s as it is written", (text) => {
  expect(writeMatchers(readMatchers(text) ?? [])).toBe(text);
  expect(writeMatchers(readMatchers(`{${text}}`) ?? [])).toBe(text);
});

it("reads values without quotes", () => {
  expect(writeMatchers(readMatchers(" alertname=Down , node=~n.* ,") ?? [])).toBe(
    'alertname="Down", node=~"n.*"',
  );
});

it.each(["", "  ", "{}", "Down", "a=b c=d", "=x", 'a="b', "a==b c", "a=b,,c=d", '1a="b"'])(
  "does not take %s",
  (text) => {
    expect(readMatchers(text)).toBeUndefined();
  },
);
