// What the pages show, as it stands in their URL.

import { type AlarmsView, type AlarmView, readAlarm, readAlarms } from "../alarms/view";
import { type CapacityView, readCapacity } from "../capacity/view";
import { type ChangesView, type RunView, readChanges, readRun } from "../changes/view";
import { type ExplainView, readExplain } from "../explain/view";
import { type HeatOf, readHeatOf } from "../module/heat";
import { readToMark, type ToMark } from "../module/mark";
import { type PoolPlace, type PoolView, readPool, readPoolPlace } from "../pool/view";
import { type ReportsView, readReports } from "../reports/view";
import { readWhatIf, type WhatIfView } from "../whatif/view";
import { type Choice, readChoice } from "./model";
import { fieldsOf, writeQuery } from "./query";

/** The warning table. */
export interface View {
  path: string; // id of the node whose modules are shown; "" for all
  level: string; // label of the hierarchy; "" for the modules
  search: string;
  chips: string[]; // what must hold for a row; with "-" before it what must not
  owner: string;
  sort: string; // column, with "-" before it for descending
  columns: string[]; // that are shown; none: the usual ones
  group: string; // label of the hierarchy by which rows are grouped; "" for none
  folded: string[]; // ids of groups whose rows are hidden
  model: Choice;
}

export const defaultSort = "-deviates";

export const defaultView: View = {
  path: "",
  level: "",
  search: "",
  chips: [],
  owner: "",
  sort: defaultSort,
  columns: [],
  group: "",
  folded: [],
  model: "",
};

const words = (text: string | null) => (text ? text.split(",").filter(Boolean) : []);

export function readView(query: string): View {
  const q = new URLSearchParams(query);
  return {
    path: q.get("path") ?? "",
    level: q.get("level") ?? "",
    search: q.get("q") ?? "",
    chips: words(q.get("show") ?? (q.get("deviates") === "true" ? "deviates" : "")), // as the API has it
    owner: q.get("owner") ?? "",
    sort: q.get("sort") || defaultSort,
    columns: words(q.get("columns")),
    group: q.get("group") ?? "",
    folded: q.getAll("fold").filter(Boolean),
    model: readChoice(q),
  };
}

/** The query of the URL with its "?"; what is at its default is left out. */
export function writeView(view: View): string {
  return writeQuery({
    path: view.path,
    level: view.level,
    q: view.search,
    show: view.chips.join(","),
    owner: view.owner,
    sort: view.sort === defaultSort ? "" : view.sort,
    columns: view.columns.join(","),
    group: view.group,
    fold: view.folded,
    model: view.model,
  });
}

/** The ledger: which modules, how many days, and of which forecasts the worst ones are shown. */
export interface LedgerView {
  path: string;
  days: number;
  task: string; // "" for the server's own choice: today's peak as of noon
  horizon: string;
}

/** The spans that can be chosen; the first one is the default. */
export const ledgerSpans = [30, 7, 90, 365];

export const defaultLedger: LedgerView = { path: "", days: 30, task: "", horizon: "" };

const ledgerFields = fieldsOf(defaultLedger, {}, { days: ledgerSpans });

export const readLedger = ledgerFields.read;

export const ledgerPath = (view: LedgerView) => `ledger${writeQuery(ledgerFields.params(view))}`;

export type Route =
  | { page: "table"; view: View }
  | { page: "module"; id: string; model: Choice; mark: ToMark | undefined; heat: HeatOf }
  | { page: "ledger"; view: LedgerView }
  | { page: "capacity"; view: CapacityView }
  | { page: "reports"; view: ReportsView }
  | { page: "whatif"; view: WhatIfView }
  | { page: "alarms"; view: AlarmsView }
  | { page: "alarm"; view: AlarmView }
  | { page: "pool"; view: PoolView }
  | { page: "poolplace"; view: PoolPlace }
  | { page: "explain"; view: ExplainView }
  | { page: "changes"; view: ChangesView }
  | { page: "run"; view: RunView }
  | { page: "nowhere" };

/** Reads a location relative to the page's root, as in "module/a/b" or "?path=a". */
export function readRoute(pathname: string, query: string): Route {
  if (pathname === "ledger") return { page: "ledger", view: readLedger(query) };
  if (pathname === "capacity") return { page: "capacity", view: readCapacity(query) };
  const report = readReports(/^reports\/?(.*)$/.exec(pathname)?.[1] ?? "-");
  if (report) return { page: "reports", view: report };
  if (pathname === "whatif") return { page: "whatif", view: readWhatIf(query) };
  if (pathname === "explain") return { page: "explain", view: readExplain(query) };
  // Alertmanager's templates link to "alarms/#/alerts?receiver=…".
  if (pathname === "alarms" || pathname === "alarms/") return { page: "alarms", view: readAlarms(query) };
  const alarm = /^alarms\/([^/]+)$/.exec(pathname)?.[1];
  if (alarm) return { page: "alarm", view: readAlarm(decode(alarm), query) };
  if (pathname === "pool" || pathname === "pool/") return { page: "pool", view: readPool(query) };
  const place = /^pool\/(nodes|services)\/(.+)$/.exec(pathname);
  if (place?.[1] && place[2])
    return { page: "poolplace", view: readPoolPlace(place[1], idOf(place[2]), query) };
  if (pathname === "changes" || pathname === "changes/") return { page: "changes", view: readChanges(query) };
  const run = /^changes\/runs\/([^/]+)$/.exec(pathname)?.[1];
  if (run) return { page: "run", view: readRun(decode(run), query) };
  const match = /^module\/(.+)$/.exec(pathname);
  if (!match?.[1]) {
    const isTable = pathname === "" || pathname === "index.html";
    return isTable ? { page: "table", view: readView(query) } : { page: "nowhere" };
  }
  return {
    page: "module",
    id: idOf(match[1]),
    model: readChoice(new URLSearchParams(query)),
    mark: readToMark(query),
    heat: readHeatOf(query),
  };
}

const idOf = (path: string) => path.split("/").map(decode).join("/");

/** The path of a module's page. An id may hold "%2F" of its own, which stays. */
export function modulePath(id: string, model: Choice, heat: HeatOf = "mean"): string {
  const query = writeQuery({ model, heat: heat === "mean" ? "" : heat });
  return `module/${id.split("/").map(encodeURIComponent).join("/")}${query}`;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // typed by hand with a bare "%"
  }
}

/** Splits an id into the names of its path. */
export const namesOf = (id: string) => id.split("/").map(decode);

/** A click on the column that is sorted turns the order round. */
export function toggleSort(sort: string, column: string, firstDescending: boolean): string {
  if (sort === column) return `-${column}`;
  if (sort === `-${column}`) return column;
  return firstDescending ? `-${column}` : column;
}
