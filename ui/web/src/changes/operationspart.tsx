import { useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import type { Numbers, Operations } from "../api/told";
import { Choice } from "../choice";
import { Waiting } from "../notice";
import { Panel } from "../panel";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { namesOf } from "../state/view";
import { count, decimal, span } from "../text/format";
import { useText } from "../text/language";
import { Wide } from "../wide";
import { happened, share, sinceDays, spans } from "./operations";
import type { PartProps } from "./page";

/** How much was done, and how well. */
export function OperationsPart({ view, shown, revision, onView }: PartProps) {
  const text = useText().changes.operations;
  const [days, setDays] = useState<number>(spans[0]);
  const { path, by } = view;
  const found = useFresh(`operations ${path} ${by} ${days}`, revision, shown, () =>
    api.operations({ path, by: by || "day", from: sinceDays(serverNow(), days), to: "" }),
  );
  return (
    <>
      <Stale of={found} />
      <search class="pool-filters">
        <Choice
          label={text.span}
          value={`${days}`}
          options={spans.map((n) => [`${n}`, text.days(n)])}
          onChange={(n) => setDays(Number(n))}
        />
        <Choice
          label={text.by}
          value={by}
          options={[
            ["", text.byDay],
            ["node", text.byNode],
          ]}
          onChange={(one) => onView({ ...view, by: one === "node" ? one : "" })}
        />
      </search>
      {!found.data && <Waiting error={found.error} />}
      {found.data && (
        <div class={found.old ? "old" : ""}>
          <Totals of={found.data.total} />
          <Lines of={found.data} by={by} />
          {found.data.flows.length > 0 && <Flows of={found.data} />}
        </div>
      )}
    </>
  );
}

const percent = (n: number | null) => (n === null ? "–" : `${decimal(100 * n)} %`);

function Totals({ of }: { of: Numbers }) {
  const text = useText().changes.operations;
  const { changes, heals, alarms, requests, scaling, peaks } = of;
  const cells: [string, string, string][] = [
    [text.runs, count(changes.runs), text.runsBelow(changes.done, changes.failed, changes.people)],
    [text.alarms, count(alarms.received), text.alarmsBelow(alarms.notified, alarms.folded, alarms.healed)],
    [text.heals, count(heals.started), text.healsBelow(heals.helped, heals.failed)],
    [text.requests, count(requests.opened), text.requestsBelow(requests.approved, requests.done)],
    [text.scaling, count(scaling.decisions), text.scalingBelow(scaling.out, scaling.in, scaling.hold)],
    [text.peaks, percent(peaks.error), text.peaksBelow(percent(peaks.inside), count(peaks.scored))],
  ];
  return (
    <dl class="told">
      {cells.map(([name, value, below]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd class="below">{below}</dd>
        </div>
      ))}
    </dl>
  );
}

function Lines({ of: { lines }, by }: { of: Operations; by: string }) {
  const text = useText().changes.operations;
  const shown = (by === "node" ? lines : lines.toReversed()).filter(happened);
  if (shown.length === 0) return <p class="nothing">{text.none}</p>;
  const most = Math.max(...shown.map(({ changes }) => changes.runs));
  return (
    <Wide>
      <table class="plain numbers">
        <thead>
          <tr>
            <th>{by === "node" ? text.node : text.day}</th>
            <th class="bar-column">{text.runs}</th>
            <th>{text.failed}</th>
            <th>{text.alarms}</th>
            <th>{text.notified}</th>
            <th>{text.heals}</th>
            <th>{text.requests}</th>
            <th>{text.scaling}</th>
            <th>{text.peakError}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.key}>
              <th scope="row">{by === "node" ? namesOf(one.key).at(-1) || text.noNode : one.key}</th>
              <td class="bar-column">
                <i class="bar" style={{ width: `${share(one.changes.runs, most)}%` }} aria-hidden="true" />
                <span>{count(one.changes.runs)}</span>
              </td>
              <td class={one.changes.failed > 0 ? "bad" : ""}>{count(one.changes.failed)}</td>
              <td>{count(one.alarms.received)}</td>
              <td>{count(one.alarms.notified)}</td>
              <td>{count(one.heals.started)}</td>
              <td>{count(one.requests.opened)}</td>
              <td>{count(one.scaling.decisions)}</td>
              <td>{percent(one.peaks.error)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Flows({ of: { flows } }: { of: Operations }) {
  const text = useText().changes;
  const say = text.operations;
  return (
    <Panel title={say.flows}>
      <Wide>
        <table class="plain numbers">
          <thead>
            <tr>
              <th>{say.flow}</th>
              <th>{say.runs}</th>
              <th>{say.done}</th>
              <th>{say.failed}</th>
              <th>{say.canceled}</th>
              <th>{say.lasts}</th>
            </tr>
          </thead>
          <tbody>
            {flows.map((one) => (
              <tr key={one.flow}>
                <th scope="row">{one.flow}</th>
                <td>{count(one.runs)}</td>
                <td>{count(one.done)}</td>
                <td class={one.failed > 0 ? "bad" : ""}>{count(one.failed)}</td>
                <td>{count(one.canceled)}</td>
                <td>{one.mean_seconds === null ? "–" : text.duration(span(one.mean_seconds))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </Panel>
  );
}
