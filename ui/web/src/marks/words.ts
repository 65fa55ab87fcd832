import type { Mark } from "../api/marks";
import { namesOf } from "../state/view";
import type { Text } from "../text/en";
import type { Change } from "./marking";
import { writeInterval } from "./wall";

/** A mark in short: its interval and kind. */
export const writeMark = ({ from, to, kind }: Pick<Mark, "from" | "to" | "kind">, text: Text["marks"]) =>
  `${writeInterval(from, to)} (${text.kinds[kind]})`;

/** The mark that a change makes or takes away. */
export const writeChange = ({ make, end }: Change, text: Text["marks"]) => writeMark(make ?? end, text);

/** For whom a mark counts, as seen from a node's page. */
export function writeScope(path: string, id: string, text: Text["marks"]): string {
  if (path === "") return text.forAll;
  return path === id ? text.forThis : text.forNode(namesOf(path).join(" › "));
}
