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
  | "order";

interface Meaning {
  steps: string[]; // names of the steps of the explanation that make the number, of any model
  order?: true; // they belong to the order, not to the row
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
};

export const isTerm = (word: string | undefined): word is Term => word !== undefined && word in meanings;

/** The attributes that make an element explain its number when it is pointed at or pressed. */
export const explains = (term: Term, id: string, model = "") => ({
  "data-term": term,
  "data-of": id,
  ...(model && { "data-model": model }),
});

/** The id under which the server explains a term of a node. */
export const explanationOf = (term: Term, id: string) => `${meanings[term].order ? "order" : "row"}:${id}`;

/** The steps that make a term's number; a name may go on with a figure, as in "peak in 30 days". */
export function stepsOf<T extends { name: string }>(term: Term, steps: T[]): T[] {
  const { steps: names } = meanings[term];
  return steps.filter(({ name }) => names.some((known) => name === known || name.startsWith(`${known} `)));
}

/** The query that gives a term of a node: the series with the labels of the hierarchy. */
export function queryOf(term: Term, path: string[], levels: string[]): string {
  const { series, labels } = meanings[term];
  const of = (level: string, i: number) => `${level}=${JSON.stringify(path[i] ?? "")}`;
  return `${series}{${[...levels.map(of), ...(labels ? [labels] : [])].join(",")}}`;
}
