// The JSON of /api/v1/mutes and /api/v1/leases.

import type { Outcome } from "./alarms";
import type { SilenceBody } from "./silences";

/** Hours and days that come again, in Alertmanager's words; what is left out sets no condition. */
export interface Times {
  times?: { start_time: string; end_time: string }[];
  weekdays?: string[]; // monday, or monday:friday
  days_of_month?: string[];
  months?: string[];
  years?: string[];
  dates?: string[];
  except?: string[]; // days on which it does not hold
}

/** A mute that comes again. */
export interface Mute {
  id: string;
  name: string;
  matchers: string[]; // all must match
  times: Times[]; // any of them; empty: always
  timezone: string;
  from: string | null;
  to: string | null;
  comment: string;
  who: string;
  configured: boolean; // in the configuration, and changed only there
  active: boolean;
  change: string | null; // when active may be another one; null: never
}

/** A mute to be made; from and to are times, or days of which the last one counts to its end. */
export interface MuteBody {
  name: string;
  matchers: string[];
  times: Times[];
  from: string; // empty: now
  to: string;
  comment: string;
  who: string;
}

/** What a silence would have hidden in the past days. */
export interface MutePreview {
  from: string;
  to: string;
  alarms: number; // looked at
  matched: number; // whenever they began
  hidden: number; // from their beginning to their end
  late: number; // hidden at first, and told when it ended
  told: number; // of those hidden, of which people were told
  kinds: { kind: string; alarms: number }[]; // of those hidden, the most frequent
  examples: MuteExample[]; // the newest
  cut: boolean; // there were more alarms than are looked at
  next: { from: string; to: string }[]; // the next times at which a mute holds
}

export interface MuteExample {
  id: string;
  name: string; // its labels
  began_at: string;
  ended_at: string;
  outcome: Outcome;
}

/** What is held against the past days: a mute or a silence. */
export type Try = ({ silence: SilenceBody } | { mute: MuteBody }) & { days: number };

/** A mute that a change run holds while it runs. */
export interface Lease {
  id: string;
  run: string; // the change run, in its own words
  kind: string; // of change
  who: string;
  note: string;
  nodes: string[];
  paths: string[]; // ids of nodes of the tree, each with all below it
  effect: string[]; // matchers of the alarms that are expected; empty: all
  expected: number; // so many are hidden, not more
  basis: string; // where that comes from
  started_at: string;
  heartbeat_at: string;
  until: string; // when it ends whatever is heard of the run
  ended_at: string | null;
  how: string; // it ended; empty: it has not
  result: string; // in the run's words
  hidden: number;
  over: number; // went on, as more came than expected
  fires: number; // hidden ones that still fired when it was over
  firing: { id: string; name: string; began_at: string }[]; // the first of them
}
