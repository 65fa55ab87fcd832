import type { PolicyChange, Replayed, ReplayOutcome, ScalePolicy } from "../api/pool";
import type { Num } from "../api/types";
import type { Aligned } from "../charts/series";

/** Days that can be replayed at once. */
export const mostDays = 7;

/** Policies beside the one that is in force. */
export const mostChanges = 2;

/** What can be changed on the page: a share in percent, or a time in minutes. */
export const changeables = [
  "target",
  "scale_in",
  "step_out",
  "step_in",
  "stabilise_seconds",
  "cooldown_out_seconds",
  "cooldown_in_seconds",
] as const;
export type Changeable = (typeof changeables)[number];

/** How much of the API's unit one of the page's is: percent, or minutes. */
export const unitOf = (name: Changeable) => (name.endsWith("_seconds") ? 60 : 0.01);

/** A change as it stands in the URL: "target:0.7,step_in:1". */
export const writeChange = (change: PolicyChange) =>
  changeables.flatMap((name) => (change[name] === undefined ? [] : [`${name}:${change[name]}`])).join(",");

/** What a URL says; what is no number of a known name is left out. */
export function readChange(text: string): PolicyChange {
  const change: PolicyChange = {};
  for (const part of text.split(",")) {
    const [word, value] = part.split(":");
    const name = changeables.find((one) => one === word);
    const n = Number.parseFloat(value ?? "");
    if (name && Number.isFinite(n)) change[name] = n;
  }
  return change;
}

/** What somebody has typed: what is empty, or as it is in force, is no change. */
export function typedChange(value: (name: Changeable) => string, inForce: ScalePolicy): PolicyChange {
  const change: PolicyChange = {};
  for (const name of changeables) {
    const text = value(name).trim();
    const n = Number(text) * unitOf(name);
    if (text !== "" && Math.abs(n - inForce[name]) > 1e-9) change[name] = Number(n.toFixed(6));
  }
  return change;
}

/** What stands in a field, in the page's unit. */
export const shownValue = (name: Changeable, policy: ScalePolicy, change: PolicyChange) =>
  `${Number(((change[name] ?? policy[name]) / unitOf(name)).toFixed(4))}`;

/** A policy, or a rule of others, with what it costs and misses. */
export interface Rule {
  name: "policy" | "ran" | "sized" | "peak" | "hpaEqual" | "hpaPlain";
  at: number; // of a policy its place; of others their workers or target in percent, 0 without
  outcome: ReplayOutcome;
  aboveFirst: Num; // minutes above the target of the first policy
  saves: Num; // share of the worker-hours of the first policy
}

/** The policies and then the others, all held against the first policy. */
export function rulesOf({ sides, rivals }: Replayed): Rule[] {
  const first = sides[0]?.outcome.worker_hours ?? 0;
  const rule = (name: Rule["name"], at: number, outcome: ReplayOutcome, aboveFirst: Num): Rule => ({
    name,
    at,
    outcome,
    aboveFirst,
    saves: first > 0 ? 1 - outcome.worker_hours / first : null,
  });
  const other = (name: Rule["name"], at: number, outcome: ReplayOutcome) =>
    rule(name, at, outcome, outcome.minutes_above); // theirs is the first policy's target
  return [
    ...sides.map((side, i) => rule("policy", i, side.outcome, side.minutes_above_first)),
    ...(rivals.ran ? [other("ran", 0, rivals.ran)] : []),
    other("peak", rivals.static_peak.workers ?? 0, rivals.static_peak),
    ...(rivals.static_sized.workers
      ? [other("sized", rivals.static_sized.workers, rivals.static_sized)]
      : []),
    ...(rivals.hpa_equal.target == null
      ? []
      : [other("hpaEqual", 100 * rivals.hpa_equal.target, rivals.hpa_equal)]),
    other("hpaPlain", 100 * (rivals.hpa_plain.target ?? 0), rivals.hpa_plain),
  ];
}

/** The curves of all policies: of the workers, or of the busy fraction in percent. */
export function curvesOf({ sides }: Replayed, of: "workers" | "busy"): Aligned {
  const curve = sides[0]?.curve;
  const start = Date.parse(curve?.start ?? "") / 1000;
  const times = (curve?.workers ?? []).map((_, i) => start + i * (curve?.step_seconds ?? 60));
  const values = sides.map((side) =>
    of === "workers" ? side.curve.workers : side.curve.busy.map((v) => (v === null ? null : 100 * v)),
  );
  return [times, ...values];
}

/** How many minutes the chosen time has. */
export const minutesOf = ({ from, to }: Pick<Replayed, "from" | "to">) =>
  Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
