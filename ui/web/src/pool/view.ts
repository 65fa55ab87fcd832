import { type Direction, directions, type NodeState, nodeStates, type PolicyChange } from "../api/pool";
import { fieldsOf, isDay, writeQuery } from "../state/query";
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

const { table: _, changes: __, ...plain } = defaultPool;

const fields = fieldsOf(
  plain,
  { part: "show", search: "q" },
  {
    part: parts,
    mode: kinds,
    state: nodeStates,
    direction: directions,
    hours: spans,
    from: isDay,
    days: (text) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= mostDays,
  },
);

export function readPool(query: string): PoolView {
  const q = new URLSearchParams(query);
  return {
    ...fields.read(query),
    table: q.get("as") === "table",
    changes: q.getAll("policy").slice(0, mostChanges).map(readChange),
  };
}

/** The path of the page below the root; what is at its default is left out. */
export function poolPath(view: PoolView): string {
  const more = { as: view.table ? "table" : "", policy: view.changes.map(writeChange) };
  return `pool${writeQuery({ ...fields.params(view), ...more })}`;
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
  `pool/${kind}/${id.split("/").map(encodeURIComponent).join("/")}${writeQuery({ explain })}`;

export const nodePath = (name: string) => placePath({ kind: "nodes", id: name, explain: "" });
export const servicePath = (id: string) => placePath({ kind: "services", id, explain: "" });
