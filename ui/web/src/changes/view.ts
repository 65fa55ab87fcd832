import { type RunState, runStates } from "../api/flows";

// What the page of changes shows, as it stands in its URL:
//
//   changes?show=runs&path=Qzone&open=true
//   changes?show=flows&of=expand-module
//   changes?show=consistency&of=Qzone/web&node=n1
//   changes?show=audit&who=user:ann&action=run.retry
//   changes/runs/k3x9…?step=roll[2]/stop

export const parts = [
  "runs",
  "flows",
  "schedules",
  "requests",
  "consistency",
  "registry",
  "operations",
  "access",
  "audit",
] as const;
export type Part = (typeof parts)[number];

export interface ChangesView {
  part: Part;
  path: string; // id of a node of the business tree
  search: string;
  state: string; // of the runs or requests
  open: boolean; // only what is not over; of the registry, what is in conflict
  chosen: string; // the flow that is started, the module or the request that is looked at
  node: string; // of the module, that is looked at
  by: "" | "node"; // of what statistics are: days, or nodes of the tree
  who: string; // of the audit log, likewise
  action: string;
  fill: string; // inputs of the flow that is started, as JSON
}

export const defaultChanges: ChangesView = {
  part: "runs",
  path: "",
  search: "",
  state: "",
  open: false,
  chosen: "",
  node: "",
  by: "",
  who: "",
  action: "",
  fill: "",
};

export function readChanges(query: string): ChangesView {
  const q = new URLSearchParams(query);
  return {
    part: parts.find((part) => part === q.get("show")) ?? defaultChanges.part,
    path: q.get("path") ?? "",
    search: q.get("q") ?? "",
    state: q.get("state") ?? "",
    open: q.get("open") === "true",
    chosen: q.get("of") ?? "",
    node: q.get("node") ?? "",
    by: q.get("by") === "node" ? "node" : "",
    who: q.get("who") ?? "",
    action: q.get("action") ?? "",
    fill: q.get("fill") ?? "",
  };
}

/** The path of the page below the root; what is at its default is left out. */
export function changesPath(view: ChangesView): string {
  return `changes${queryOf([
    ["show", view.part === defaultChanges.part ? "" : view.part],
    ["path", view.path],
    ["q", view.search],
    ["state", view.state],
    ["open", view.open ? "true" : ""],
    ["of", view.chosen],
    ["node", view.node],
    ["by", view.by],
    ["who", view.who],
    ["action", view.action],
    ["fill", view.fill],
  ])}`;
}

/** A state of runs that the URL names, if there is one of its name. */
export const runStateOf = (state: string): RunState | "" => runStates.find((s) => s === state) ?? "";

/** The page of one run. */
export interface RunView {
  id: string;
  step: string; // path of the step that is open
}

export const readRun = (id: string, query: string): RunView => ({
  id,
  step: new URLSearchParams(query).get("step") ?? "",
});

export const runPath = (id: string, step = "") =>
  `changes/runs/${encodeURIComponent(id)}${queryOf([["step", step]])}`;

function queryOf(params: [string, string][]): string {
  const q = new URLSearchParams(params.filter(([, value]) => value !== ""));
  const text = q.toString().replaceAll("%2F", "/");
  return text && `?${text}`;
}
