import type { Num } from "../api/types";
import type { WhatIfTotal } from "../api/whatif";
import { Loading } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import type { Answer } from "./answer";
import { difference } from "./changes";
import { noScenario, type Scenario } from "./scenario";
import { sentences } from "./sentences";
import { letters } from "./view";

/** What is summed up; more of what costs or hurts is marked. */
const measures = [
  { id: "devices", of: (t: WhatIfTotal) => t.devices, hurts: false },
  { id: "needed", of: (t: WhatIfTotal) => t.devices_needed, hurts: true },
  { id: "request", of: (t: WhatIfTotal) => t.devices_to_request, hurts: true },
  { id: "fillUp", of: (t: WhatIfTotal) => t.fill_up, hurts: true },
  { id: "overfull", of: (t: WhatIfTotal) => t.overfull_today, hurts: true },
  { id: "lead", of: (t: WhatIfTotal) => t.lead_days, hurts: false },
] as const;

/** The sums as they are and in each scenario. */
export function Totals({ answers, scenarios }: { answers: Answer[]; scenarios: Scenario[] }) {
  const all = useText();
  const text = all.whatIf;
  const first = answers.find(({ data }) => data)?.data;
  if (!first) return <NotYet answers={answers} />;
  return (
    <section class="panel totals">
      <h2>{text.differences}</h2>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{text.asItIs}</th>
            {answers.map((answer, i) => (
              <th key={letters[i]} scope="col">
                <span class="letter">{letters[i]}</span>
                <small class="says">{sentences(scenarios[i] ?? noScenario, all).join(text.says.and)}</small>
                {!answer.data && <small>{answer.busy ? `${text.asked}…` : text.notAsked}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {measures.map(({ id, of, hurts }) => (
            <tr key={id} data-total={id}>
              <th scope="row">{text.totals[id]}</th>
              <td>{count(of(first.before))}</td>
              {answers.map(({ data, busy }, i) => (
                <td key={letters[i]} aria-busy={busy}>
                  {data ? (
                    <Changed before={of(data.before)} after={of(data.after)} hurts={hurts} />
                  ) : (
                    <span class="none">–</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="reason">{text.judged(count(first.modules), count(first.unknown))}</p>
    </section>
  );
}

/** Why there is nothing to compare. */
function NotYet({ answers }: { answers: Answer[] }) {
  const text = useText().whatIf;
  if (answers.some(({ busy }) => busy)) return <Loading />;
  if (answers.some(({ failure }) => failure)) return null; // which says it itself
  return <p class="nothing">{answers.some(({ faults }) => faults.length > 0) ? text.mend : text.noneYet}</p>;
}

/** A sum with how much it is above or below the one that is. */
function Changed({ before, after, hurts }: { before: Num; after: Num; hurts: boolean }) {
  const by = difference(before, after);
  return (
    <>
      <b>{count(after)}</b>
      <Delta by={by} hurts={hurts} />
    </>
  );
}

/** A difference with its sign; the colour says the same once more. None keeps its place, so that numbers align. */
export function Delta({ by, hurts }: { by: Num; hurts: boolean }) {
  if (!by) return <span class="delta" />;
  const look = !hurts ? "" : by > 0 ? "worse" : "better";
  return <span class={`delta ${look}`}>{by > 0 ? `+${count(by)}` : `−${count(-by)}`}</span>;
}
