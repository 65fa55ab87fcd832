import type { Growth, Module, Row } from "../api/types";
import { explainsAlone, type TermName } from "../explain/terms";
import { type Choice, modelsOf } from "../state/model";
import { doubted } from "../table/growth";
import { afterLoss } from "../table/headroom";
import type { Text } from "../text/en";
import { clock, count, decimal, range, signed, unknown } from "../text/format";
import { useText } from "../text/language";

interface Props {
  judged: Module[]; // by one model, or by the two that are compared
  model: Choice;
}

/** The numbers of a module beside its charts; where two models differ, the first one's above. */
export function Facts({ judged, model }: Props) {
  const text = useText();
  const lists = judged.map((by) => factsOf(by, text));
  const row = judged[0]?.row;
  if (!lists[0] || !row) return null;
  const facts = lists[0].map(
    ([name, , term], i): Fact => [name, [...new Set(lists.map((list) => list[i]?.[1] ?? unknown))], term],
  );
  return (
    <>
      {judged.length > 1 && (
        <p class="reason">
          {text.models.calibrated} <span class="other">/ {text.models.classic}</span>
        </p>
      )}
      <FactList facts={facts} id={row.id} model={modelsOf(model)[0]} />
    </>
  );
}

export type Fact = [name: string, values: string[], term?: TermName | undefined];

/** Names with their numbers; a number with a term explains itself. */
export function FactList({ facts, id = "", model = "" }: { facts: Fact[]; id?: string; model?: string }) {
  return (
    <dl class="facts">
      {facts.map(([name, values, term]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {values.map((value, i) => (
              <span
                key={value}
                class={i > 0 ? "main other" : "main"}
                {...(term && explainsAlone(term, id, model))}
              >
                {value}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const percent = (v: number | null) => (v === null ? unknown : `${decimal(v)} %`);

const interval = (v: { lower: number | null; upper: number | null }) =>
  v.lower === null ? "" : ` (${range(v.lower, v.upper)})`;

function factsOf({ row, growth }: Module, text: Text): [name: string, value: string, term?: TermName][] {
  const f = text.fact;
  const peak = row.peak_today;
  const at = peak.value !== null && peak.at ? ` ${text.at(clock(peak.at))}` : "";
  const horizon = growth.peak_at_horizon;
  const full = growth.full_on;
  return [
    [f.peakToday, `${percent(peak.value)}${interval(peak)}${at}`, "peak"],
    [f.seen, percent(peak.seen), "seen"],
    [f.headroom, percent(row.headroom), "headroom"],
    [f.afterLoss, loss(row, text), "loss"],
    [f.highest, percent(row.load_max), "highest"],
    [f.devices, devices(row, text.silent), "devices"],
    [f.processes, count(row.processes), "processes"],
    [f.requests, count(row.requests), "requests"],
    [f.busy, decimal(row.busy_seconds), "busy"],
    [f.days, `${row.days}`, "band"],
    [f.growth, slope(growth, text.perDay), "growth"],
    [f.r2, decimal(growth.r2, 2), "growth"],
    [f.peakNow, percent(growth.peak_now), "growth"],
    [f.horizon(growth.horizon_days), `${percent(horizon.value)}${interval(horizon)}`, "horizon"],
    [f.target, percent(growth.target_load), "target"],
    [f.fullOn, full.value ? `${full.value}${earliestLatest(full)}` : beyond(growth, text.beyond), "full"],
    [f.needed, count(growth.devices_needed), "needed"],
    [f.order, count(growth.devices_to_request), "order"],
  ];
}

function loss(row: Row, text: Text): string {
  const { value, title } = afterLoss(row, text);
  if (row.headroom_after_loss === null) return title || value;
  return `${value} %, ${title}`;
}

const devices = (row: Row, silent: (n: string) => string) =>
  row.devices_silent ? `${count(row.devices)} (${silent(count(row.devices_silent))})` : count(row.devices);

const slope = (g: Growth, perDay: (percent: string, days: number) => string) =>
  g.percent_per_day === null ? unknown : doubted(g, perDay(signed(g.percent_per_day), g.days));

const beyond = (g: Growth, words: string) => (g.slope_per_day === null ? unknown : words);

const earliestLatest = ({ lower, upper }: { lower: string; upper: string }) =>
  lower || upper ? ` (${lower || "…"} – ${upper || "…"})` : "";
