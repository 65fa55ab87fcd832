// The JSON of /api/v1/flows, /runs and /tools.

export const runStates = [
  "queued",
  "running",
  "pausing",
  "paused",
  "waiting",
  "undoing",
  "done",
  "failed",
  "canceled",
] as const;
export type RunState = (typeof runStates)[number];

export type StepState =
  | "pending"
  | "running"
  | "backoff"
  | "waiting"
  | "unsure"
  | "done"
  | "failed"
  | "skipped"
  | "canceled"
  | "undone";

export type Values = Record<string, unknown>;

/** One call of a step's tool. */
export interface Attempt {
  n: number;
  inputs: Values | null; // secret ones are "***"
  began: string;
  ended?: string;
  state: StepState;
  error?: string;
  outputs?: Values;
  resumed?: number; // how often a new server found it under way
  note?: string; // what a check found
  plan?: string; // of a dry run
}

export const stepActions = ["approve", "reject", "retry", "skip"] as const;
export type StepAction = (typeof stepActions)[number];

export interface RunStep {
  path: string; // names it in the run: "install", "roll[2]/stop"
  id: string;
  title?: string;
  tool?: string; // none: a part with steps of its own
  item?: unknown; // the element of a for-each
  state: StepState;
  reason?: string;
  started?: string;
  ended?: string;
  attempts?: Attempt[];
  next?: string; // of the next attempt
  may?: StepAction[];
  undo?: Attempt;
  outputs?: Values;
}

export interface RunAction {
  at: string;
  who: string;
  what: string;
  step?: string;
  inputs?: Values;
  why?: string;
}

export interface Run {
  id: string;
  flow: string;
  document?: FlowDocument; // of one run only
  version: string;
  module?: string;
  nodes?: string[];
  inputs: Values | null;
  constants?: Values;
  dry?: boolean;
  source: { kind: "person" | "schedule" | "scaler" | "heal" | "request"; id?: string };
  who: string;
  why: string;
  state: RunState;
  reason?: string;
  created: string;
  started?: string;
  ended?: string;
  lease?: string;
  window?: string; // of maintenance, in which it may begin
  progress: { total: number; over: number; failed: number }; // steps that call a tool
  steps: RunStep[]; // of one run only
  actions?: RunAction[];
}

/** Whether nothing more will happen in a run. */
export const isOver = ({ state }: Run) => state === "done" || state === "failed" || state === "canceled";

export interface RunList {
  runs: Run[]; // without their documents and steps
  total: number;
}

export interface RunQuery {
  path: string;
  state: RunState | "";
  open: boolean;
  search: string;
}

export interface FlowInput {
  name: string;
  type: string;
  of?: string;
  title?: string;
  description?: string;
  default?: unknown;
  required?: boolean;
  values?: unknown[];
  secret?: boolean;
}

export interface FlowStep {
  id: string;
  title?: string;
  tool?: string;
  with?: Values;
  when?: string;
  for_each?: string;
  concurrency?: number;
  failure_budget?: number;
  branches?: { id: string; steps: FlowStep[] }[];
  steps?: FlowStep[];
  skippable?: boolean;
  undo?: { tool: string };
}

export interface FlowDocument {
  name: string;
  title: string;
  description?: string;
  inputs: FlowInput[] | null;
  constants?: Values;
  on_failure?: string;
  steps: FlowStep[] | null;
}

/** A flow as it can be started, or what is wrong with it. */
export interface Flow {
  name: string;
  title: string;
  description: string;
  source: string; // "shipped", or its file
  inputs: FlowInput[];
  faults: FlowFault[]; // none: it can be started
}

export interface FlowFault {
  line: number; // 0: of the whole document
  key: string;
  problem: string;
}

/** What an attempt has written. */
export interface StepLog {
  text: string;
  cut?: number; // bytes that are missing at its beginning
}

export interface StartBody {
  inputs: Values;
  who: string;
  why: string;
  dry_run: boolean;
}

/** What starts a flow again and again. */
export interface Schedule {
  id: string;
  flow: string;
  inputs: Values | null;
  cron: string;
  zone?: string;
  window?: string;
  catch_up?: boolean;
  overlap?: boolean;
  paused?: boolean;
  who: string;
  why: string;
  next?: string; // the next start; none while it is paused
  last?: string;
  last_run?: string;
  last_error?: string;
}

/** A time in which changes may begin. */
export interface MaintenanceWindow {
  name: string;
  cron: string;
  zone: string;
  duration_seconds: number;
  path: string;
}

export interface Schedules {
  schedules: Schedule[];
  windows: MaintenanceWindow[];
}

export interface ToolParameter {
  name: string;
  type: string;
  doc?: string;
  required?: boolean;
  default?: unknown;
  values?: unknown[];
  secret?: boolean;
}

/** What a step of a flow can call. */
export interface Tool {
  name: string;
  title: string;
  doc: string;
  inputs: ToolParameter[];
  outputs: ToolParameter[];
  repeatable: boolean;
  source: string; // "built in", or its file
}

export interface Tools {
  tools: Tool[];
  refused: { file: string; why: string }[]; // that lie where tools do
}

export interface RunOrder {
  action: "pause" | "resume" | "cancel" | "constants";
  constants?: Values; // for steps that begin from now on
  who: string;
  why: string;
  undo?: boolean;
}

export interface StepOrder {
  action: StepAction;
  who: string;
  why: string;
  inputs?: Values;
  attempt: number; // the newest that was seen
}
