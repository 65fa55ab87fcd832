// The JSON of /api/v1/alarms.

/** How an alarm came out, in the order in which it may come to it. */
export const outcomes = ["waiting", "folded", "muted", "healed", "resolved", "notified"] as const;
export type Outcome = (typeof outcomes)[number];

/** Something that many modules or devices share. */
export interface Component {
  kind: string;
  name: string;
}

/** What an alarm of a common cause stands for. */
export interface Cause {
  component: Component;
  kinds: string[];
  members: string[]; // ids of alarms
  share: number; // modules or devices that share the component; 0: unknown
}

/** One episode of an alarm. */
export interface Alarm {
  id: string;
  kind: string; // the alertname
  severity: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  source: string;
  generator_url: string;
  path: string; // id of the node of the business tree; empty: unknown
  node: string; // the device
  process: string;
  owner: string;
  runbook: string;
  components: Component[];
  changes: string[];
  facts: Record<string, string>;
  starts_at: string;
  ends_at: string | null; // null while it fires
  received_at: string;
  closed_at: string | null; // null while something may still happen to it
  outcome: Outcome;
  stage: string;
  by: string; // id of what keeps it there
  reason: string;
  acked_at: string | null;
  acked_by: string;
  acked_until: string | null; // null: until it is over
  cause: Cause | null;
}

/** What may happen to an alarm besides its outcomes. */
export const happenings = [
  "received",
  "fired again",
  "ended",
  "passed",
  "acknowledged",
  "acknowledgement over",
  "tried",
  "flapping",
  "stable again",
  "failed",
  "end told",
] as const;
export type Happening = (typeof happenings)[number];

/** One thing that happened to an alarm; what is an outcome, or what may happen besides. */
export interface AlarmEvent {
  at: string;
  stage: string;
  what: string;
  by?: string;
  reason: string;
}

export interface AlarmDetail extends Alarm {
  trail: AlarmEvent[];
}

export interface AlarmList {
  alarms: Alarm[];
  more: boolean; // there are older ones
}

/** How many alarms are alike in what was asked for. */
export interface AlarmCount {
  values: Record<string, string>;
  alarms: number;
}

/** Which alarms; what is left out or empty asks for all. */
export interface AlarmQuery {
  from?: string; // received at or after
  to?: string; // received before
  open?: boolean;
  outcome?: string;
  without?: Outcome; // those that came out so are left out
  severity?: string;
  kind?: string;
  source?: string;
  path?: string; // a node and all below it
  search?: string;
}

/** The most that one answer holds. */
export const mostAlarms = 5000;
