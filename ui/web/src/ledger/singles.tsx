import { useState } from "preact/hooks";
import type { LedgerEntry } from "../api/ledger";
import { explainPath } from "../explain/view";
import { Link } from "../link";
import { More } from "../more";
import { decimal, range, signed, unknown } from "../text/format";
import { useText } from "../text/language";
import { newestForecasts } from "./accuracy";
import { forecastName } from "./summary";

const step = 10; // lines at a time

interface Props {
  entries: LedgerEntry[];
  onGo: (path: string) => void;
}

/** Each forecast of a node beside what came, the newest first, with its explanation. */
export function Singles({ entries, onGo }: Props) {
  const text = useText();
  const say = text.ledger;
  const [most, setMost] = useState(step);
  const all = newestForecasts(entries);
  if (all.length === 0) return null;
  return (
    <details class="singles">
      <summary>{say.singles(all.length)}</summary>
      <div class="scroll">
        <table class="summary">
          <thead>
            <tr>
              {[text.day, say.forecast, say.said, say.came, say.columns.error].map((name, i) => (
                <th key={name} scope="col" class={i < 2 ? "name" : ""}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.slice(0, most).map((e) => (
              <tr key={e.explain}>
                <td class="name">{e.for}</td>
                <th scope="row" class="name">
                  <Link to={explainPath({ id: e.explain, model: "" })} onGo={onGo} class="way">
                    {forecastName(e, text)}
                  </Link>
                </th>
                <td>
                  {decimal(e.forecast)} {e.lower !== null && <small>{range(e.lower, e.upper)}</small>}
                </td>
                <td class={e.inside === false ? "missed" : ""}>
                  {e.inside === false && "× "}
                  {decimal(e.actual)}
                </td>
                <td>{e.error === null ? unknown : signed(100 * e.error, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More class="action" shown={most} all={all.length} step={step} onShow={setMost} />
    </details>
  );
}
