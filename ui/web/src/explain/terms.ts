// The numbers that explain themselves. What each is, where its arithmetic is explained and
// which series holds it, the server says.

import type { Term } from "../api/types";

/** The terms that pages have, as the server names them. */
const names = [
  "devices",
  "processes",
  "load",
  "mean",
  "band",
  "deviates",
  "peak",
  "headroom",
  "loss",
  "growth",
  "full",
  "order",
  "seen",
  "highest",
  "requests",
  "busy",
  "horizon",
  "risk",
  "target",
  "needed",
  "short",
  "fraction",
  "workers",
] as const;
export type TermName = (typeof names)[number];

export const isTerm = (word: string): word is TermName => names.some((name) => name === word);

/** The attributes that make an element explain its number when it is pointed at or pressed. */
export const explains = (term: TermName, id: string, model = "") => ({
  "data-term": term,
  "data-of": id,
  ...(model && { "data-model": model }),
});

/** The same for a number that stands alone, so that the keyboard gets to it. */
export const explainsAlone = (term: TermName, id: string, model = "") => ({
  ...explains(term, id, model),
  tabIndex: 0,
});

/** The id under which the server explains a term of a node, or of a decision; "" if there is no arithmetic. */
export const explanationOf = ({ of }: Term, id: string) =>
  of === "row" || of === "order" ? `${of}:${id}` : of && id;

/** The node that an explained id is about: of a decision its module. */
export const nodeOf = (id: string) => id.replace(/^scale:(.*)@[^@/]*$/s, "$1");

/** The steps that make a term's number, as the server says it of each. */
export const stepsOf = <T extends { terms?: string[] }>({ term }: Term, steps: T[]): T[] =>
  steps.filter(({ terms }) => terms?.includes(term));

/** The query that gives a term of a node: the series with the labels of the hierarchy; "" where none holds it. */
export function queryOf({ series, labels }: Term, path: string[], levels: string[]): string {
  if (series === "") return "";
  const of = (level: string, i: number) => `${level}=${JSON.stringify(path[i] ?? "")}`;
  return `${series}{${[...levels.map(of), ...(labels ? [labels] : [])].join(",")}}`;
}
