import type { Growth, Num } from "../api/types";
import type { TermName } from "../explain/terms";
import type { Text } from "../text/en";
import { count, decimal, range, unknown } from "../text/format";

/** A line of an order's arithmetic; sum is a line to stop at. */
export interface OrderLine {
  name: string;
  detail: string;
  result: string;
  term: TermName;
  sum?: boolean;
}

const percent = (v: Num) => (v === null ? unknown : `${decimal(v)} %`);

const line = (term: TermName, name: string, detail: string, result: string, sum = false): OrderLine => ({
  name,
  detail,
  result,
  term,
  sum,
});

/** Devices that hold a peak at the target load. */
const hold = (devices: number, peak: number, target: number) => Math.ceil((devices * peak) / target - 1e-9);

/**
 * The order line by line, from the peak to the devices; empty while nothing can be
 * ordered. A node above modules needs what they do.
 */
export function orderLines(g: Growth, isModule: boolean, text: Text): OrderLine[] {
  if (g.devices_needed === null || g.devices === null) return [];
  if (!isModule) return sumLines(g, text);
  const o = text.order;
  const max = g.peak_max;
  const peak = g.peak_at_risk ?? g.peak_at_horizon.value;
  const work = peak === null || g.target_load === null ? null : hold(g.devices, peak, g.target_load);
  const base = g.devices_needed - (g.spares ?? 0);
  const lines: OrderLine[] = [];
  const add = (...of: Parameters<typeof line>) => lines.push(line(...of));
  if (g.risk === null) {
    const { value, lower, upper } = g.peak_at_horizon;
    add("horizon", o.peakAtHorizon(g.horizon_days), range(lower, upper), percent(value));
  } else {
    add("risk", o.largest(g.horizon_days), range(max.lower, max.upper), percent(max.value));
    add(
      "risk",
      o.atRisk(decimal(100 * g.risk, 0)),
      g.event ? o.event(g.event) : o.noEvent,
      percent(g.peak_at_risk),
    );
  }
  add(
    "needed",
    o.work,
    `⌈ ${count(g.devices)} × ${decimal(peak)} ÷ ${decimal(g.target_load, 0)} ⌉`,
    count(work),
  );
  if (work !== null && base > work) add("needed", o.minimum, o.minimumApplies, count(base));
  if (g.spares !== null) add("needed", o.spares, o.sparesDetail, `+${count(g.spares)}`);
  add("needed", o.needed, "", count(g.devices_needed), true);
  return [...lines, ...requestLines(g, g.devices_needed, g.devices, text)];
}

function requestLines(g: Growth, needed: number, devices: number, { order: o }: Text): OrderLine[] {
  const missing = Math.max(0, needed - devices);
  const rounded = g.devices_to_request !== null && g.devices_to_request > missing;
  const enough = needed < devices ? o.enough(count(devices - needed)) : "";
  return [
    line("devices", o.have, enough, `−${count(devices)}`),
    line("order", o.request, rounded ? o.rounded(count(missing)) : "", count(g.devices_to_request), true),
  ];
}

/** Of a node above modules: machines are not shared, so it needs the sum. */
const sumLines = (g: Growth, { order: o }: Text): OrderLine[] => [
  line("devices", o.have, "", count(g.devices)),
  line("needed", o.needed, o.sumOf, count(g.devices_needed), true),
  line("order", o.request, o.sumOf, count(g.devices_to_request), true),
  // The classic model knows no risk.
  ...(g.pooled_needed === null ? [] : [line("needed", o.pooled, o.pooledDetail, count(g.pooled_needed))]),
];
