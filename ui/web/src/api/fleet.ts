// The JSON of /api/v1/consistency, /environment and /registry.

export const itemStates = ["ok", "missing", "different", "extra", "unknown", "ignored"] as const;
export type ItemState = (typeof itemStates)[number];

/** How a module stands. */
export interface ModuleSummary {
  module: string;
  file: string;
  line: number;
  nodes: number;
  inconsistent: number;
  unknown: number;
  since?: string; // of what is inconsistent for the longest time
  items: number;
  bad: number;
  ignored: number;
  adopted: number;
  conflicts: number;
}

export interface ConsistencyTotal {
  modules: number; // for which something is declared
  affected: number;
  nodes: number;
  inconsistent: number;
  unknown: number;
  list: ModuleSummary[];
}

/** One item on a node. */
export interface FleetItem {
  item: string; // as "package:nginx"
  state: ItemState;
  declared?: string;
  found?: string;
  reason?: string;
  since?: string;
  cause?: { kind: "run" | "declaration" | "first" | "unknown"; run?: string; flow?: string; who?: string };
  adopted?: boolean;
  ignored?: { who: string; why: string; until?: string };
}

export interface FleetNode {
  node: string;
  state: "consistent" | "inconsistent" | "unknown";
  reason?: string; // of unknown
  closed?: string; // why it gets no new workers of the module
  since?: string;
  ok: number;
  ignored: number;
  items: FleetItem[]; // that are not ok
}

/** Something that was adopted, and how to put it into the file. */
export interface Adopted {
  item: string;
  node: string;
  who: string;
  why: string;
  file: string;
  line: number;
  patch: string;
  conflict?: string;
}

export interface ModuleConsistency extends ModuleSummary {
  list: FleetNode[];
  overrides: Adopted[];
}

export type ItemAction = "ignore" | "unignore" | "adopt" | "unadopt" | "repair";

export interface ItemOrder {
  action: ItemAction;
  node: string;
  item: string;
  who: string;
  why: string;
}

export interface Environment {
  nodes: number;
  unknown: number;
  properties: { name: string; values: { value: string; nodes: number; outliers: number }[] }[];
  outliers: { node: string; property: string; found: string; allowed: string; blocks: boolean }[];
}

/** What is known of a node of the business tree. */
export interface Facts {
  id: string;
  owner?: string;
  level?: string;
  device_type?: string;
}

export interface RegistrySource {
  name: string;
  kind: string;
  state: string;
  nodes: number;
  age_seconds: number | null;
  problem: string;
}

export interface RegistryList {
  sources: RegistrySource[];
  nodes: (Facts & { in_tree: boolean; own: boolean; conflicts: number })[];
  more: boolean;
  conflicts: number;
  faults: number;
}

export interface FactValue {
  field: string;
  value: string; // of a list: its items, one a line
  source: string;
  from: string; // id of the node that it was declared for
  where: string;
  by: string;
  why: string;
  written_at: string | null;
}

export interface FactConflict {
  id: string;
  field: string;
  values: FactValue[]; // the one that counts first
}

export interface RegistryNode {
  in_tree: boolean;
  values: FactValue[];
  runbook: { url: string; file: string; text: string; problem: string } | null;
  callers: string[];
  conflicts: FactConflict[];
  faults: { id: string; problem: string }[];
}

export interface RegistryConflicts {
  conflicts: FactConflict[];
  faults: { id: string; problem: string }[];
  more: boolean;
}

/** Something that happened to a node or one above it. */
export interface Happening {
  at: string;
  kind: string;
  id: string;
  title: string;
  text: string;
  who: string;
  url: string; // of its page here
}

export interface FactsBody {
  fields: Record<string, string | null>; // null takes back what a person set
  who: string;
  why: string;
}
