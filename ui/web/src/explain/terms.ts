// What a number on a page is, in the terms of the server: the steps of its
// arithmetic, and the series that holds it.

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
  steps: string[]; // names of the steps of the explanation that make the number, of any model
  order?: true; // they belong to the order, not to the row
  decision?: true; // the id is a decision's own
  series: string; // the metric that holds it; "" where none does
  labels?: string; // matchers beside those of the hierarchy
}

export const meanings: Record<Term, Meaning> = {
  devices: { steps: [], series: "headroom_module_devices" },
  processes: { steps: [], series: "headroom_module_processes" },
  load: { steps: [], series: "headroom_module_load_percent" },
  mean: { steps: ["usual", "level", "expected", "mean"], series: "headroom_module_load_expected" },
  band: {
    steps: ["noise", "spread", "tails", "threshold", "lower", "upper", "half-width", "band"],
    series: "headroom_module_load_upper",
  },
  deviates: { steps: ["score", "deviates", "strength", "alarm"], series: "headroom_module_deviation_score" },
  peak: {
    steps: ["usual peak", "unlike the usual day", "still to come", "base", "ratio", "peak today", "interval"],
    series: "headroom_module_peak_today",
    labels: 'bound="mid"',
  },
  headroom: { steps: ["headroom"], series: "headroom_module_headroom_percent" },
  loss: { steps: ["after loss"], series: "headroom_module_headroom_after_loss_percent" },
  growth: { steps: ["line", "trend"], order: true, series: "headroom_module_growth_percent_per_day" },
  full: {
    steps: ["trend", "peak in", "full on"],
    order: true,
    series: "headroom_module_days_to_full",
    labels: 'bound="mid"',
  },
  order: {
    steps: ["largest peak of", "risk of", "peak at risk", "devices needed", "devices to request"],
    order: true,
    series: "headroom_module_devices_to_request",
  },
  seen: { steps: ["peak today"], series: "headroom_module_load_percent" },
  highest: { steps: [], series: "headroom_module_load_max_percent" },
  requests: { steps: [], series: "headroom_module_requests" },
  busy: { steps: [], series: "headroom_module_busy_seconds" },
  horizon: { steps: ["trend", "peak in", "spread", "interval"], order: true, series: "" },
  risk: {
    steps: ["largest peak of", "risk of", "peak at risk"],
    order: true,
    series: "headroom_module_peak_at_risk_percent",
  },
  target: { steps: ["headroom"], series: "" },
  needed: {
    steps: ["peak at risk", "devices needed"],
    order: true,
    series: "headroom_module_devices_needed",
  },
  short: {
    steps: ["largest peak of", "risk of", "devices needed", "devices to request"],
    order: true,
    series: "",
  },
  fraction: { steps: ["busy fraction"], decision: true, series: "headroom_scale_busy_fraction" },
  workers: {
    steps: ["wanted by the numbers", "limit:", "desired"],
    decision: true,
    series: "headroom_scale_desired_workers",
  },
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

/** The steps that make a term's number; a name may go on with a figure, as in "peak in 30 days". */
export function stepsOf<T extends { name: string }>(term: Term, steps: T[]): T[] {
  const { steps: names } = meanings[term];
  return steps.filter(({ name }) => names.some((known) => name === known || name.startsWith(`${known} `)));
}

/** The query that gives a term of a node: the series with the labels of the hierarchy; "" where none holds it. */
export function queryOf(term: Term, path: string[], levels: string[]): string {
  const { series, labels } = meanings[term];
  if (series === "") return "";
  const of = (level: string, i: number) => `${level}=${JSON.stringify(path[i] ?? "")}`;
  return `${series}{${[...levels.map(of), ...(labels ? [labels] : [])].join(",")}}`;
}
