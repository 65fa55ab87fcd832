import { useState } from "preact/hooks";
import { Act, Lacking } from "../allowed";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Failure } from "../notice";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import { stamp } from "./months";

const sends = { does: "report.send", at: "" };

/** To whom a published report went, and why it did not get there. */
export function Deliveries({ month, revision }: { month: string; revision: number }) {
  const text = useText().reports;
  const [turn, setTurn] = useState(0);
  const [failure, setFailure] = useState<Error>();
  const sent = useResource(`deliveries ${month}`, revision + turn, () => api.reportDeliveries(month));
  const again = () => {
    setFailure(undefined);
    api.sendReport(month).then(() => setTurn(turn + 1), setFailure);
  };
  return (
    <Panel title={text.deliveries}>
      <Loaded of={sent} empty={text.noDeliveries} isEmpty={(all) => all.length === 0}>
        {(all) => (
          <ul class="deliveries">
            {all.map(({ n, way, who, state, attempts, error, asked_at, next_at, ended_at }) => (
              <li key={n} class={state}>
                <span class="tag">{text.states[state]}</span> <b>{way}</b>{" "}
                <small>
                  {text.at(stamp(ended_at ?? asked_at), who)}
                  {attempts > 1 && `, ${text.attempts(attempts)}`}
                  {next_at && `, ${text.tries(stamp(next_at))}`}
                </small>
                {error && <p class="error">{error}</p>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {failure && <Failure error={failure} />}
      <Lacking {...sends} />
      <Act {...sends} onClick={again}>
        {text.sendAgain}
      </Act>
    </Panel>
  );
}
