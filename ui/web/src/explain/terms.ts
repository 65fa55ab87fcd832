// What a number on a page is, in the terms of the server: where its arithmetic is
// explained, and the series that holds it.

/** What can be explained; its words stand under the same name in the texts. */
export type Term =
  | "devices"
  | "processes"
  | "load"
  | "mean"
  | "band"
  | "deviates"
  | "peak"
  | "headroom"
  | "loss"
  | "growth"
  | "full"
  | "order"
  | "seen"
  | "highest"
  | "requests"
  | "busy"
  | "horizon"
  | "risk"
  | "target"
  | "needed"
  | "short"
  | "fraction"
  | "workers";

interface Meaning {
  order?: true; // its steps belong to the order, not to the row
  decision?: true; // the id is a decision's own
  bare?: true; // there is no arithmetic
  series: string; // the metric that holds it; "" where none does
  labels?: string; // matchers beside those of the hierarchy
}

export const meanings: Record<Term, Meaning> = {
  devices: { bare: true, series: "headroom_module_devices" },
  processes: { bare: true, series: "headroom_module_processes" },
  load: { bare: true, series: "headroom_module_load_percent" },
  mean: { series: "headroom_module_load_expected" },
  band: { series: "headroom_module_load_upper" },
  deviates: { series: "headroom_module_deviation_score" },
  peak: { series: "headroom_module_peak_today", labels: 'bound="mid"' },
  headroom: { series: "headroom_module_headroom_percent" },
  loss: { series: "headroom_module_headroom_after_loss_percent" },
  growth: { order: true, series: "headroom_module_growth_percent_per_day" },
  full: { order: true, series: "headroom_module_days_to_full", labels: 'bound="mid"' },
  order: { order: true, series: "headroom_module_devices_to_request" },
  seen: { series: "headroom_module_load_percent" },
  highest: { bare: true, series: "headroom_module_load_max_percent" },
  requests: { bare: true, series: "headroom_module_requests" },
  busy: { bare: true, series: "headroom_module_busy_seconds" },
  horizon: { order: true, series: "" },
  risk: { order: true, series: "headroom_module_peak_at_risk_percent" },
  target: { series: "" },
  needed: { order: true, series: "headroom_module_devices_needed" },
  short: { order: true, series: "" },
  fraction: { decision: true, series: "headroom_scale_busy_fraction" },
  workers: { decision: true, series: "headroom_scale_desired_workers" },
};

export const isTerm = (word: string | undefined): word is Term => word !== undefined && word in meanings;

/** The attributes that make an element explain its number when it is pointed at or pressed. */
export const explains = (term: Term, id: string, model = "") => ({
  "data-term": term,
  "data-of": id,
  ...(model && { "data-model": model }),
});

/** The same for a number that stands alone, so that the keyboard gets to it. */
export const explainsAlone = (term: Term, id: string, model = "") => ({
  ...explains(term, id, model),
  tabIndex: 0,
});

/** The id under which the server explains a term of a node, or of a decision. */
export const explanationOf = (term: Term, id: string) =>
  meanings[term].decision ? id : `${meanings[term].order ? "order" : "row"}:${id}`;

/** The node that an explained id is about: of a decision its module. */
export const nodeOf = (id: string) => id.replace(/^scale:(.*)@[^@/]*$/s, "$1");

/** The steps that make a term's number, as the server says it of each. */
export const stepsOf = <T extends { terms?: string[] }>(term: Term, steps: T[]): T[] =>
  steps.filter(({ terms }) => terms?.includes(term));

/** The query that gives a term of a node: the series with the labels of the hierarchy; "" where none holds it. */
export function queryOf(term: Term, path: string[], levels: string[]): string {
  const { series, labels } = meanings[term];
  if (series === "") return "";
  const of = (level: string, i: number) => `${level}=${JSON.stringify(path[i] ?? "")}`;
  return `${series}{${[...levels.map(of), ...(labels ? [labels] : [])].join(",")}}`;
}
