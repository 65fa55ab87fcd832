// The JSON of the HTTP API: the structs of package analytics, field by field.
// null is a number that is not known; it is never shown as zero.

export type Num = number | null;
export type State = "ok" | "learning" | "stale";

export interface Peak {
  value: Num;
  lower: Num;
  upper: Num;
  at: string | null;
  seen: Num;
}

/** The devices that fail together, of which the loss is asked: label "device" is a single one. */
export interface Domain {
  label: string;
  value: string;
  devices: number;
}

export interface Row {
  id: string;
  path: string[];
  level: string;
  devices: Num;
  devices_silent: Num;
  processes: Num;
  busy_seconds: Num;
  requests: Num;
  at: string;
  load: Num;
  load_max: Num;
  mean: Num;
  lower: Num;
  upper: Num;
  days: number;
  deviates: boolean;
  direction: "up" | "down" | "";
  alarm: boolean;
  score: Num;
  since: string | null;
  peak_today: Peak;
  headroom: Num;
  headroom_after_loss: Num; // null also where nothing would be left
  largest_domain: Domain | null;
  state: State;
  reason?: string;
  age_seconds: Num;
  note: string;
  note_by?: string; // missing where nobody has to log in
  note_at?: string; // missing without a note
  owner: string; // empty: the registry knows none
}

/** A note with who wrote it, and when. */
export type Noted = Pick<Row, "note" | "note_by" | "note_at">;

/** Small pictures of the last days, all over the same steps. */
export interface Sparklines {
  step_seconds: number;
  from: number; // start of the first step, Unix seconds
  lines: Sparkline[];
}

/** The means of a node's steps. */
export interface Sparkline {
  id: string;
  load: Num[];
  lower: Num[];
  upper: Num[];
  outside: number[]; // minutes outside of the band
}

export interface Interval {
  value: Num;
  lower: Num;
  upper: Num;
}

/** Days as YYYY-MM-DD; empty where the forecast does not get there. */
export interface Dates {
  value: string;
  lower: string;
  upper: string;
}

export interface Growth {
  id: string;
  path: string[];
  level: string;
  as_of: string;
  days: number;
  slope_per_day: Num;
  percent_per_day: Num;
  trend_per_day: Num; // what the forecast counts on
  slope_doubted: boolean; // the forecast does not count on it
  r2: Num;
  peak_now: Num;
  horizon_days: number;
  peak_at_horizon: Interval;
  peak_max: Interval;
  target_load: Num;
  full_on: Dates;
  devices: Num;
  devices_needed: Num;
  devices_to_request: Num;
  risk: Num;
  peak_at_risk: Num;
  event: string;
  spares: Num;
  pooled_needed: Num;
  state: State;
  reason: string;
}

export interface Module {
  row: Row;
  growth: Growth;
}

/** One entry of every array for each step. */
export interface Curve {
  id: string;
  model: string;
  step_seconds: number;
  times: number[];
  load: Num[];
  expected: Num[];
  lower: Num[];
  upper: Num[];
  last_week: Num[];
  now: number;
  peak_today: Peak;
}

/** One entry of every array for each day. */
export interface Trend {
  id: string;
  model: string;
  days: string[];
  peaks: Num[];
  line: Num[];
  forecast: Num[]; // null within the past
  lower: Num[];
  upper: Num[];
  devices: Num[]; // null where none is known, and in the future
  target_load: Num;
  growth: Growth;
  events: TrendEvent[];
}

/** An event of the calendar; its days are YYYY-MM-DD. */
export interface TrendEvent {
  name: string;
  from: string;
  to: string;
  uplift: number;
}

/** The load by weekday and hour: 168 cells from Monday 0:00 on. */
export interface Heat {
  weeks: number;
  from: string; // the first day, YYYY-MM-DD
  to: string;
  cells: { mean: Num; peak: Num; peak_on: string; minutes: number }[];
  marked_minutes: number; // that were left out
}

/** A device as one module knows it. */
export interface Device {
  name: string;
  module: string;
  load: Num; // of a silent one the last that it told
  last: string;
  age_seconds: number;
  silent: boolean;
  at: Record<string, string>; // where it stands, by label
}

export interface Step {
  name: string;
  formula: string;
  numbers: string;
  result: string;
  inputs?: string[];
  terms?: string[]; // numbers of the pages that it makes
}

/** A number that explains itself. */
export interface Term {
  term: string;
  summary: string;
  description: string;
  of: "row" | "order" | "decision" | ""; // whose explanation has its arithmetic; "" if there is none
  series: string;
  labels: string;
}

/** What the numbers of the pages are, and which ids are explained. */
export interface Glossary {
  terms: Term[];
  meanings: { of: string; name: string; description: string }[];
  signs: { summary: string; description: string }[];
  keys: { keys: string; description: string }[];
  ids: { kind: string; example: string; description: string }[];
}

export interface Explanation {
  id: string;
  title: string;
  steps: Step[];
  related?: string[]; // ids that explain more
}

export interface TreeNode {
  id: string;
  path: string[];
  level: string;
  parent: string;
  modules: number;
  deviating: number;
  stale: number;
  learning: number;
  worst_headroom: Num; // of the modules below
}

export interface Progress {
  name: string;
  done: number;
  total: number;
  eta_seconds: Num;
}

export interface Status {
  version: string;
  model: string;
  timezone: string;
  levels: string[];
  examples: { load: string; busy: string }; // series as somebody might send them; empty: asked for
  at: string | null; // null before the first snapshot
  published: string | null;
  modules: number;
  mode: string;
  progress: Progress[] | null;
}

/** A module that lacks devices, or will before what is ordered now is in service. */
export interface Shortfall {
  id: string;
  delivery: string; // YYYY-MM-DD
  fills_up: boolean; // likelier than not full by then
  devices_to_request: Num;
  short_without: Num; // probabilities of being short until then
  short_with: Num;
}
