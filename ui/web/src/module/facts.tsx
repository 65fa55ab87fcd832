import type { Growth, Row } from "../api/types";
import { NoteCell } from "../table/note";
import { clock, count, decimal, range, signed, unknown } from "../text/format";
import { useText } from "../text/language";

interface Props {
  row: Row;
  growth: Growth;
  onNote: (id: string, note: string) => void;
}

/** The numbers of a module beside its charts. */
export function Facts({ row, growth, onNote }: Props) {
  const text = useText();
  const f = text.fact;
  const peak = row.peak_today;
  const at = peak.at ? ` ${text.at(clock(peak.at))}` : "";
  const interval = (v: { lower: number | null; upper: number | null }) =>
    v.lower === null ? "" : ` (${range(v.lower, v.upper)})`;
  const percent = (v: number | null) => (v === null ? unknown : `${decimal(v)} %`);
  const horizon = growth.peak_at_horizon;
  const full = growth.full_on;
  const facts: [string, string][] = [
    [f.peakToday, `${percent(peak.value)}${interval(peak)}${peak.value === null ? "" : at}`],
    [f.seen, percent(peak.seen)],
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
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{f.note}</dt>
        <dd>
          <NoteCell id={row.id} note={row.note} onSaved={onNote} />
        </dd>
      </div>
    </dl>
  );
}

const devices = (row: Row, silent: (n: string) => string) =>
  row.devices_silent ? `${count(row.devices)} (${silent(count(row.devices_silent))})` : count(row.devices);

const slope = (g: Growth, perDay: (percent: string, days: number) => string) =>
  g.percent_per_day === null ? unknown : perDay(signed(g.percent_per_day), g.days);

const beyond = (g: Growth, words: string) => (g.slope_per_day === null ? unknown : words);

const earliestLatest = ({ lower, upper }: { lower: string; upper: string }) =>
  lower || upper ? ` (${lower || "…"} – ${upper || "…"})` : "";
