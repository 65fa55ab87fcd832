import type { PolicyChange } from "../api/pool";
import { type Direction, directions, type NodeState, nodeStates } from "../api/pool";

import { mostChanges, mostDays, readChange, writeChange } from "./replay";

// What the page of the pool shows, as it stands in its URL:
//
//   pool?show=nodes&state=lost&by=rack&as=table
//   pool?path=Qzone&mode=apply&attention=true&sort=-busy
//   pool?show=replay&module=Qzone/WNS/dispatch&days=7&policy=target:0.7,step_in:1
//   pool/services/Qzone/WNS/dispatch?explain=scale:…

export const parts = ["services", "nodes", "decisions", "replay"] as const;
export type Part = (typeof parts)[number];

/** What is done with the decisions about a module. */
export const kinds = ["apply", "recommend", "only"] as const;
export type Kind = (typeof kinds)[number];

/** Hours of decisions that can be looked at; the first one is the default. */
export const spans = [24, 1, 168, 720];

export interface PoolView {
  part: Part;
  path: string; // id of a node of the business tree: the services below it
  search: string;
  sort: string; // column of the services, with "-" before it for descending
  mode: Kind | "";
  attention: boolean; // only services that want to be looked at
  state: NodeState | "";
  by: string; // label of the nodes by which they are grouped
  table: boolean; // the nodes line by line
  direction: Direction | "";
  hours: number; // of decisions
  explain: string; // id of the decision that is explained
  module: string; // that is replayed
  from: string; // first day of the replay, YYYY-MM-DD; "" is so many days up to now
  days: number; // of the replay
  changes: PolicyChange[]; // policies beside the one in force
}

export const defaultPool: PoolView = {
  part: "services",
  path: "",
  search: "",
  sort: "name",
  mode: "",
  attention: false,
  state: "",
  by: "",
  table: false,
  direction: "",
  hours: 24,
  explain: "",
  module: "",
  from: "",
  days: 3,
  changes: [],
};

export function readPool(query: string): PoolView {
  const q = new URLSearchParams(query);
  const one = <T extends string>(all: readonly T[], name: string) => all.find((v) => v === q.get(name));
  const hours = Number(q.get("hours"));
  const days = Number(q.get("days"));
  const from = q.get("from") ?? "";
  return {
    part: one(parts, "show") ?? defaultPool.part,
    path: q.get("path") ?? "",
    search: q.get("q") ?? "",
    sort: q.get("sort") || defaultPool.sort,
    mode: one(kinds, "mode") ?? "",
    attention: q.get("attention") === "true",
    state: one(nodeStates, "state") ?? "",
    by: q.get("by") ?? "",
    table: q.get("as") === "table",
    direction: one(directions, "direction") ?? "",
    hours: spans.includes(hours) ? hours : defaultPool.hours,
    explain: q.get("explain") ?? "",
    module: q.get("module") ?? "",
    from: /^\d{4}-\d\d-\d\d$/.test(from) ? from : "",
    days: Number.isInteger(days) && days >= 1 && days <= mostDays ? days : defaultPool.days,
    changes: q.getAll("policy").slice(0, mostChanges).map(readChange),
  };
}

/** The path of the page below the root; what is at its default is left out. */
export function poolPath(view: PoolView): string {
  return `pool${queryOf([
    ["show", view.part === defaultPool.part ? "" : view.part],
    ["path", view.path],
    ["q", view.search],
    ["sort", view.sort === defaultPool.sort ? "" : view.sort],
    ["mode", view.mode],
    ["attention", view.attention ? "true" : ""],
    ["state", view.state],
    ["by", view.by],
    ["as", view.table ? "table" : ""],
    ["direction", view.direction],
    ["hours", view.hours === defaultPool.hours ? "" : `${view.hours}`],
    ["explain", view.explain],
    ["module", view.module],
    ["from", view.from],
    ["days", view.days === defaultPool.days ? "" : `${view.days}`],
    ...view.changes.map((change): [string, string] => ["policy", writeChange(change)]),
  ])}`;
}

/** A node's or a service's own page. */
export interface PoolPlace {
  kind: "nodes" | "services";
  id: string; // name of the node, id of the service's module
  explain: string; // id of the decision that is explained
}

export const readPoolPlace = (kind: string, id: string, query: string): PoolPlace => ({
  kind: kind === "nodes" ? "nodes" : "services",
  id,
  explain: new URLSearchParams(query).get("explain") ?? "",
});

export const placePath = ({ kind, id, explain }: PoolPlace) =>
  `pool/${kind}/${id.split("/").map(encodeURIComponent).join("/")}${queryOf([["explain", explain]])}`;

export const nodePath = (name: string) => placePath({ kind: "nodes", id: name, explain: "" });
export const servicePath = (id: string) => placePath({ kind: "services", id, explain: "" });

function queryOf(params: [string, string][]): string {
  const q = new URLSearchParams(params.filter(([, value]) => value !== ""));
  const text = q.toString().replace(/%2F|%3A|%2C/g, decodeURIComponent);
  return text && `?${text}`;
}
