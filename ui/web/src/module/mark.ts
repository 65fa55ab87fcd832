import { modulePath } from "../state/view";

/** An interval to be marked, as RFC 3339; it stands in the URL of a module's page. */
export interface ToMark {
  from: string;
  to: string;
}

/** The path of a node's page with an interval that is offered to be marked. */
export const markPath = (id: string, from: string, to: string) =>
  `${modulePath(id, "")}?${new URLSearchParams({ mark: `${from}/${to}` })}`.replaceAll("%2F", "/");

/** Reads ?mark=from/to; undefined where there is no such interval. */
export function readToMark(query: string): ToMark | undefined {
  const [from = "", to = ""] = (new URLSearchParams(query).get("mark") ?? "").split("/");
  return Date.parse(from) < Date.parse(to) ? { from, to } : undefined;
}
