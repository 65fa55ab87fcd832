// The JSON of /api/v1/pool, /nodes, /services and /decisions.

import type { Num } from "./types";

export const nodeStates = ["ready", "draining", "cordoned", "lost"] as const;
export type NodeState = (typeof nodeStates)[number];

/** The pool, or the part of it that runs the services below a node of the business tree. */
export interface PoolTotal {
  services: number;
  nodes: Partial<Record<NodeState, number>>;
  cores: number; // of nodes that are not lost
  cpu_used: number; // cores
  cpu_ours: number; // cores that the workers are expected to use
  memory: number; // bytes
  mem_used: number;
  slots: number; // workers that fit on the nodes by their number
  desired: number;
  wanted: number; // workers that shall run
  serving: number;
  lost: number;
  stopping: number;
}

export interface PoolData {
  total: PoolTotal;
  short: { module: string; reason: string }[]; // services for which there is too little room
}

/** Who ordered something, why and when. */
export interface Order {
  who: string;
  why: string;
  at: string;
}

export interface PoolNode {
  name: string;
  state: NodeState;
  reason?: string; // why it is not ready
  first_seen: string;
  last_seen: string;
  lost_since?: string;
  version: string;
  resources: {
    cores: number;
    memory: number; // bytes
    address: string;
    labels: Record<string, string> | null;
    cgroups: string;
    max_workers: number;
    per_core: number;
  };
  load: { cpu: number; memory_used: number }; // percent of all cores; bytes
  expected_cpu: number; // percent of all cores
  cordon?: Order;
  drain?: Order;
  rival?: string; // another daemon syncs under its name
  synced: boolean;
  wanted: number;
  serving: number;
  stopping: number;
  extra?: number;
  workers?: Worker[]; // only of one node
}

/** What a list of thousands tells of a node. */
export interface BriefNode
  extends Pick<PoolNode, "name" | "state" | "expected_cpu" | "wanted" | "serving" | "stopping"> {
  resources: Pick<PoolNode["resources"], "labels">;
  load: Pick<PoolNode["load"], "cpu">;
}

export type WorkerState =
  | "pending"
  | "starting"
  | "ready"
  | "unhealthy"
  | "backoff"
  | "draining"
  | "stopped"
  | "refused"
  | "lost";

export interface Worker {
  id: string;
  service: string;
  node: string;
  address?: string;
  port: number;
  proxy?: string;
  state: WorkerState;
  since?: string;
  pid?: number;
  restarts: number;
  reason?: string;
  weight: number; // percent of the work it shall get
  overload?: string;
  created: string;
  why: string;
  instead?: string; // the worker that it replaces
  stop?: { at: string; why: string };
}

export type Mode = "recommend" | "apply";

export interface ScalePolicy {
  target: number;
  scale_in: number;
  minimum: number;
  maximum: number; // 0: none
  step_out: number;
  step_in: number;
  cooldown_out_seconds: number;
  cooldown_in_seconds: number;
  stabilise_seconds: number;
  startup_seconds: number;
  predictive: boolean;
  keep_peak: "off" | "startup" | "today";
  stale_after_seconds: number;
  freeze_in_deviation: boolean;
}

/** What a replay changes of the policy that is in force. */
export type PolicyChange = Partial<
  Pick<
    ScalePolicy,
    | "target"
    | "scale_in"
    | "step_out"
    | "step_in"
    | "stabilise_seconds"
    | "cooldown_out_seconds"
    | "cooldown_in_seconds"
  >
>;

/** Which recorded days are replayed; from is a day, YYYY-MM-DD, or empty for the last ones. */
export interface ReplayBody {
  module: string;
  from: string;
  days: number;
  policies: PolicyChange[];
}

/** What a rule cost and what it missed. */
export interface ReplayOutcome {
  worker_hours: number;
  needed_hours: number;
  minutes: number; // with known demand; the others count nowhere
  minutes_above: number; // above its own target
  minutes_saturated: number;
  decisions: number;
  most_workers: number;
  workers?: number; // of a static fleet
  target?: Num; // of an autoscaler
}

export interface ReplaySide {
  policy: ScalePolicy;
  outcome: ReplayOutcome;
  minutes_above_first: number;
  curve: { start: string; step_seconds: number; workers: number[]; busy: Num[] };
  command: string;
}

/** Policies side by side on the same recorded days. */
export interface Replayed {
  module: string;
  timezone: string;
  from: string;
  to: string;
  sides: ReplaySide[];
  rivals: Record<
    "static_sized" | "static_peak" | "static_equal" | "hpa_equal" | "hpa_plain",
    ReplayOutcome
  > & {
    ran: ReplayOutcome | null;
  };
}

export const directions = ["out", "in", "hold"] as const;
export type Direction = (typeof directions)[number];

/** A limit that changed a decision. */
export interface Cap {
  by: string;
  from: number;
  to: number;
  reason: string;
}

/** How many workers a module shall have from a minute on, and why. */
export interface Decision {
  id: string;
  module: string;
  at: string; // end of the minute
  mode: Mode;
  applied: boolean;
  run?: string; // of the flow that carries it out instead of the pool
  direction: Direction;
  current: number;
  wanted: number; // what the numbers alone ask for
  desired: number;
  cause: string;
  caps: Cap[];
  reason: string;
  short: string; // why the pool could not place all
  fraction: Num; // of the processes' time that was busy
  busy_seconds: Num;
  processes: Num;
  running: number;
  deviates: string;
  peak_busy_seconds: Num;
  peak_busy_seconds_upper: Num;
  peak_at: string | null;
  target: number;
  scale_in: number;
  minimum: number;
  maximum: number;
}

export interface Service {
  module: string;
  configured: boolean;
  mode: Mode;
  mode_order?: Order & { mode: Mode };
  hold?: Order & { until?: string }; // without a time: until it is taken back
  manual?: Order & { workers: number };
  retiring?: Order;
  desired: number;
  wanted: number;
  serving: number;
  starting: number;
  failing: number; // of those that start
  failure?: string; // why, of one of them
  unhealthy: number;
  overloaded: number;
  lost: number;
  stopping: number;
  nodes: number;
  proxies: string[];
  behind?: Record<string, number>; // workers that shall run, by proxy
  scheduled: number;
  policy: ScalePolicy;
  decision: Decision | null; // null before the first
  workers?: Worker[]; // only of one service
}

export interface DecisionList {
  decisions: Decision[];
  more: boolean; // there are older ones
}

/** Which decisions; what is left out or empty asks for all. */
export interface DecisionQuery {
  from?: string;
  to?: string;
  path?: string;
  direction?: string;
}

export interface NodeOrder {
  action: "cordon" | "drain" | "open" | "forget";
  who: string;
  reason: string;
}

export interface ServiceOrder {
  action: "mode" | "hold" | "release" | "workers" | "retire";
  mode?: Mode;
  until?: string;
  workers?: number;
  who: string;
  reason: string;
}

/** Series over time, as Prometheus' query API has them. */
export interface Matrix {
  result: { metric: Record<string, string>; values: [number, string][] }[];
}
