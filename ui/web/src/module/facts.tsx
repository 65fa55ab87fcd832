import type { ComponentChildren } from "preact";
import type { Growth, Module, Row } from "../api/types";
import { afterLoss } from "../table/headroom";
import { NoteCell } from "../table/note";
import type { Text } from "../text/en";
import { clock, count, decimal, range, signed, unknown } from "../text/format";
import { useText } from "../text/language";

interface Props {
  judged: Module[]; // by one model, or by the two that are compared
  onNote: (id: string, note: string) => void;
}

/** The numbers of a module beside its charts; where two models differ, the first one's above. */
export function Facts({ judged, onNote }: Props) {
  const text = useText();
  const lists = judged.map((by) => factsOf(by, text));
  const row = judged[0]?.row;
  if (!lists[0] || !row) return null;
  const facts = lists[0].map(
    ([name], i): Fact => [name, [...new Set(lists.map((list) => list[i]?.[1] ?? unknown))]],
  );
  return (
    <>
      {judged.length > 1 && (
        <p class="reason">
          {text.models.calibrated} <span class="other">/ {text.models.classic}</span>
        </p>
      )}
      <FactList facts={facts}>
        <div>
          <dt>{text.fact.note}</dt>
          <dd>
            <NoteCell id={row.id} note={row.note} onSaved={onNote} />
          </dd>
        </div>
      </FactList>
    </>
  );
}

export type Fact = [name: string, values: string[]];

export function FactList({ facts, children }: { facts: Fact[]; children?: ComponentChildren }) {
  return (
    <dl class="facts">
      {facts.map(([name, values]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {values.map((value, i) => (
              <span key={value} class={i > 0 ? "main other" : "main"}>
                {value}
              </span>
            ))}
          </dd>
        </div>
      ))}
      {children}
    </dl>
  );
}

const percent = (v: number | null) => (v === null ? unknown : `${decimal(v)} %`);

const interval = (v: { lower: number | null; upper: number | null }) =>
  v.lower === null ? "" : ` (${range(v.lower, v.upper)})`;

function factsOf({ row, growth }: Module, text: Text): [string, string][] {
  const f = text.fact;
  const peak = row.peak_today;
  const at = peak.value !== null && peak.at ? ` ${text.at(clock(peak.at))}` : "";
  const horizon = growth.peak_at_horizon;
  const full = growth.full_on;
  return [
    [f.peakToday, `${percent(peak.value)}${interval(peak)}${at}`],
    [f.seen, percent(peak.seen)],
    [f.headroom, percent(row.headroom)],
    [f.afterLoss, loss(row, text)],
    [f.highest, percent(row.load_max)],
    [f.devices, devices(row, text.silent)],
    [f.processes, count(row.processes)],
    [f.requests, count(row.requests)],
    [f.busy, decimal(row.busy_seconds)],
    [f.days, `${row.days}`],
    [f.growth, slope(growth, text.perDay)],
    [f.r2, decimal(growth.r2, 2)],
    [f.peakNow, percent(growth.peak_now)],
    [f.horizon(growth.horizon_days), `${percent(horizon.value)}${interval(horizon)}`],
    [f.target, percent(growth.target_load)],
    [f.fullOn, full.value ? `${full.value}${earliestLatest(full)}` : beyond(growth, text.beyond)],
    [f.needed, count(growth.devices_needed)],
    [f.order, count(growth.devices_to_request)],
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
  g.percent_per_day === null ? unknown : perDay(signed(g.percent_per_day), g.days);

const beyond = (g: Growth, words: string) => (g.slope_per_day === null ? unknown : words);

const earliestLatest = ({ lower, upper }: { lower: string; upper: string }) =>
  lower || upper ? ` (${lower || "…"} – ${upper || "…"})` : "";
