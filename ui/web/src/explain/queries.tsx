import { useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import type { Term } from "../api/types";
import { Copy } from "../copy";
import { toRfc3339, toWall } from "../marks/wall";
import { Loaded } from "../panel";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { type IdParts, termsOf } from "./ids";
import { queryOf } from "./terms";
import { rowsOf, valuesBack, valuesStep } from "./values";

interface Props {
  of: IdParts;
  terms: Term[];
  levels: string[];
  zone: string | undefined;
}

/** The series that hold the numbers: each query, and its values up to then. */
export function Queries({ of, terms, levels, zone }: Props) {
  const text = useText().explain;
  const [open, setOpen] = useState<string>();
  const end = of.at ? Date.parse(toRfc3339(of.at.length > 10 ? of.at : `${of.at}T23:59`, zone)) : serverNow();
  return (
    <ul class="queries">
      {termsOf(of.kind, terms).map((one) => {
        const query = queryOf(one, namesOf(of.of), levels);
        const { term, summary, description } = one;
        return (
          <li key={term}>
            <b title={description}>{summary}</b>
            <code>{query}</code>
            <span class="ways">
              <Copy text={query} />
              <button
                type="button"
                class="quiet"
                aria-expanded={open === term}
                onClick={() => setOpen(open === term ? undefined : term)}
              >
                {text.values}
              </button>
            </span>
            {open === term && <Values query={query} end={Math.floor(end / 1000)} zone={zone} />}
          </li>
        );
      })}
    </ul>
  );
}

/** The values of a query as a table. */
function Values({ query, end, zone }: { query: string; end: number; zone: string | undefined }) {
  const text = useText().explain;
  const found = useResource(`values ${query} ${end}`, 0, () =>
    api.queryRange(query, end - valuesBack, end, valuesStep).then(rowsOf),
  );
  return (
    <Loaded of={found} empty={text.noValues} isEmpty={(rows) => rows.length === 0}>
      {(rows) => (
        <table class="values-of">
          <tbody>
            {rows.map(({ at, value }) => (
              <tr key={at}>
                <th scope="row">{toWall(at, zone).replace("T", " ")}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Loaded>
  );
}
