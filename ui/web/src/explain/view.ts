import { writeQuery } from "../state/query";

/** The page that explains an id: a row, an order, an alarm, a decision, a request. */
export interface ExplainView {
  id: string;
  model: string;
}

/** The id stands in the query: it has slashes, colons and signs of its own. */
export function explainPath({ id, model }: ExplainView): string {
  return `explain${writeQuery({ id, model })}`;
}

export function readExplain(query: string): ExplainView {
  const q = new URLSearchParams(query);
  return { id: q.get("id") ?? "", model: q.get("model") ?? "" };
}
