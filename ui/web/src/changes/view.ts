import { type RunState, runStates } from "../api/flows";
import { fieldsOf, writeQuery } from "../state/query";

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

const fields = fieldsOf(
  defaultChanges,
  { part: "show", search: "q", chosen: "of" },
  { part: parts, by: ["node"] },
);

export const readChanges = fields.read;

/** The path of the page below the root; what is at its default is left out. */
export const changesPath = (view: ChangesView) => `changes${writeQuery(fields.params(view))}`;

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
  `changes/runs/${encodeURIComponent(id)}${writeQuery({ step })}`;
