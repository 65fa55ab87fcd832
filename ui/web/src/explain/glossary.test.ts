import { expect, it } from "vitest";
import source from "../../../api/glossary.go?raw";
import { serviceActions } from "../pool/orders";
import { choosable, sorts } from "../table/columns";
import { en } from "../text/en";

const said = new Set([...source.matchAll(/\{"(\w+)", "(\w+)"/g)].map(([, of, name]) => `${of} ${name}`));
const terms = new Set([...source.matchAll(/^\t\{"(\w+)", "[^"]+", "/gm)].map(([, term]) => term));

it.each([
  ["table", [...choosable, ...sorts].map(({ id }) => id)],
  ["ledger", ["made", "scored", "error", "naive", "bias", "inside", "width"]],
  ["node", ["cordon", "drain", "open", "forget"]],
  ["service", serviceActions],
  ["step", Object.keys(en.changes.runs.stepActions)],
  ["run", Object.keys(en.changes.runs.runActions)],
  ["request", Object.keys(en.changes.requests.actions)],
  ["ask", Object.keys(en.changes.requests.kinds)],
  ["item", Object.keys(en.changes.consistency.actions)],
])("the server says what each of a page's columns or orders is: %s", (of, names: readonly string[]) => {
  expect(names.length).toBeGreaterThan(1);
  const isSaid = (name: string) => said.has(`${of} ${name}`) || (of === "table" && terms.has(name));
  expect(names.filter((name) => !isSaid(name))).toEqual([]);
});
