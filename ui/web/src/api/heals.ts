// The JSON of /api/v1/heals.

/** How an action ended; would is one of a dry run, unknown one whose end nobody saw. */
export type HealResult = "running" | "done" | "failed" | "unknown" | "would";

/** One action about an alarm. */
export interface Heal {
  id: string;
  alarm: string; // id of its episode; empty: a person asked
  kind: string; // the alertname
  rule: string;
  step: number; // from 1
  action: string;
  action_kind: string;
  path: string;
  node: string;
  process: string;
  who: string; // empty: Headroom by itself
  dry_run: boolean;
  started_at: string;
  ended_at: string | null;
  result: HealResult;
  output: string;
  verified_at: string | null;
  verdict: "" | "helped" | "helped not"; // empty: not known yet
  reason: string;
}

export interface HealList {
  heals: Heal[];
  more: boolean; // there are older ones
}

/** Whether all healing is stopped, or when it was last. */
export interface Brake {
  stopped: boolean;
  since: string | null; // null: it never was
  reason: string;
  released_at: string | null;
  released_by: string;
  release_why: string;
}
