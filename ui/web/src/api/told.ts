// The JSON of /api/v1/operations, /audit, /search and /me.
import type { Num } from "./types";

/** What happened in a time. */
export interface Numbers {
  changes: {
    runs: number;
    done: number;
    failed: number;
    canceled: number;
    people: number;
    system: number;
    mean_seconds: Num;
  };
  heals: { started: number; done: number; failed: number; helped: number };
  alarms: { received: number; notified: number; folded: number; muted: number; healed: number };
  requests: { opened: number; approved: number; done: number; rejected: number; mean_seconds_to_done: Num };
  scaling: { decisions: number; out: number; in: number; hold: number };
  peaks: { scored: number; error: Num; inside: Num };
  bands: { scored: number; error: Num; inside: Num };
}

export type OperationsLine = Numbers & { key: string }; // YYYY-MM-DD, or the id of a node

export interface Operations {
  from: string;
  to: string;
  total: Numbers;
  lines: OperationsLine[];
  flows: { flow: string; runs: number; done: number; failed: number; canceled: number; mean_seconds: Num }[];
}

/** One write that somebody made or was refused. */
export interface AuditEntry {
  seq: number;
  at: string;
  who: string;
  from?: string;
  action: string;
  object: string;
  path?: string;
  why?: string;
  result?: string; // why it was refused or failed
}

export interface AuditList {
  entries: AuditEntry[];
  more: boolean;
}

export interface AuditQuery {
  who: string;
  action: string;
  object: string;
  path: string;
}

export interface AuditVerdict {
  good: boolean;
  entries: number;
  hash: string;
  broken: number;
  why: string;
}

export interface SearchHit {
  kind: string;
  id: string;
  path: string;
  title: string;
  snippet: string; // with U+0001 and U+0002 around words that were asked for
  at: string | null;
  url: string; // of its page here; empty: it has none
}

export interface SearchAnswer {
  hits: SearchHit[];
  more: boolean;
  kinds: { kind: string; count: number; more: boolean }[];
}

export type Role = "viewer" | "operator" | "admin";

/** A role on a part of the tree. */
export interface Grant {
  id: string; // empty: of the configuration
  subject: string;
  role: Role;
  path: string;
  until: string | null;
  why: string;
  made_by: string;
  made_at: string | null;
}

/** A program's way in; the secret is only there when it has just been made. */
export interface Token extends Omit<Grant, "subject"> {
  name: string;
  used_at: string | null;
  token?: string;
}

export interface AccessBody {
  role: string;
  path: string;
  until?: string;
  why: string;
}

/** Who asks, and what they may do. */
export interface Me {
  open: boolean; // everybody may do everything
  known: boolean;
  name: string;
  role: Role | "none"; // the highest, wherever it is
  may: { read: boolean };
  rights: Grant[];
  needs: Record<string, { role: Role; whole: boolean }>; // by action; one that ends in a dot is that of all that begin so
  login: string; // where to log in; empty: there is no provider
  logout: string;
}
