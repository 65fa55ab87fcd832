import type { Matcher } from "../api/silences";

const operator = {
  "=": [false, true],
  "!=": [false, false],
  "=~": [true, true],
  "!~": [true, false],
} as const;

/** A name or a quoted one, an operator, a quoted value or a bare one, and what comes after it. */
const one =
  /\s*([a-zA-Z_][\w.:-]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^",{}\s]*)\s*(,|$)/y;

/**
 * Reads matchers as people write them, with or without braces: job="api", site=~"a|b".
 * Undefined is a text that has none, or something else in it.
 */
export function readMatchers(text: string): Matcher[] | undefined {
  const inner = text
    .trim()
    .replace(/^\{(.*)\}$/, "$1")
    .replace(/,\s*$/, "");
  const matchers: Matcher[] = [];
  one.lastIndex = 0;
  while (one.lastIndex < inner.length) {
    const [, name, sign, value] = one.exec(inner) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const [isRegex, isEqual] = operator[sign as keyof typeof operator];
    matchers.push({ name: unquote(name), value: unquote(value), isRegex, isEqual });
  }
  return matchers.length > 0 ? matchers : undefined;
}

/** Escapes are those of JSON; one that is none stays as it was written. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
