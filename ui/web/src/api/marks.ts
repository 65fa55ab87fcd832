// The JSON of /api/v1/marks and of a module's excursions.

import type { Dates, Num, Peak, State } from "./types";

export const markKinds = ["incident", "mute", "change", "event", "other"] as const;
export type MarkKind = (typeof markKinds)[number];

/** An interval of a node's time that is not learned from. */
export interface Mark {
  id: number;
  path: string; // id of the node with all below it; empty: all
  from: string;
  to: string;
  kind: MarkKind;
  note: string;
  who: string; // empty when nobody had to log in
  made_at: string;
  ended_at: string | null;
  ended_by: string;
}

/** A mark to be made; times are RFC 3339. */
export type MarkBody = Pick<Mark, "path" | "from" | "to" | "kind" | "note">;

/** A node's numbers of the newest minute on one side of a refit. */
export interface RefitSide {
  mean: Num;
  lower: Num;
  upper: Num;
  alarm: boolean;
  peak_today: Peak;
  full_on: Dates;
  peak_at_risk: Num;
  devices_needed: Num;
  devices_to_request: Num;
  state: State;
  reason: string;
}

export interface Refit {
  id: string;
  path: string[];
  level: string;
  before: RefitSide;
  after: RefitSide;
}

/** Of a preview the refits, of a change the mark that was made. */
export interface Refits {
  mark: Mark | null;
  refits: Refit[];
  nodes: number; // that the mark concerns
  says: string; // what becomes of alarms that run
}

/** A past interval in which the alarm ran. */
export interface Excursion {
  from: string;
  to: string;
  direction: "up" | "down";
  score: Num; // the largest distance in half-widths
  running: boolean;
  mark: number | null; // that covers it
}
