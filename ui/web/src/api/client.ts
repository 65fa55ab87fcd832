import { writeQuery as query } from "../state/query";
import type { AlarmCount, AlarmDetail, AlarmList, AlarmQuery } from "./alarms";
import type {
  ConsistencyTotal,
  Environment,
  FactsBody,
  Happening,
  ItemOrder,
  ModuleConsistency,
  RegistryConflicts,
  RegistryList,
  RegistryNode,
} from "./fleet";
import type {
  Flow,
  Run,
  RunList,
  RunOrder,
  RunQuery,
  Schedule,
  Schedules,
  StartBody,
  StepLog,
  StepOrder,
  Tools,
} from "./flows";
import type { Brake, HealList } from "./heals";
import type { Ledger } from "./ledger";
import type { Excursion, Mark, MarkBody, Refits } from "./marks";
import type { Lease, Mute, MuteBody, MutePreview, Try } from "./mutes";
import type {
  BriefNode,
  Decision,
  DecisionList,
  DecisionQuery,
  Matrix,
  NodeOrder,
  PoolData,
  PoolNode,
  ReplayBody,
  Replayed,
  Service,
  ServiceOrder,
} from "./pool";
import type { ReportDelivery, ReportFormat, ReportList } from "./reports";
import type {
  AskedRequest,
  RequestDraft,
  RequestForm,
  RequestKind,
  RequestList,
  RequestOrder,
  RequestState,
} from "./requests";
import { send } from "./send";
import type { Silence, SilenceBody } from "./silences";
import type {
  AccessBody,
  AuditList,
  AuditQuery,
  AuditVerdict,
  Grant,
  Me,
  Operations,
  SearchAnswer,
  Token,
} from "./told";
import type {
  Curve,
  Device,
  Explanation,
  Glossary,
  Growth,
  Heat,
  Module,
  Noted,
  Row,
  Shortfall,
  Sparklines,
  Status,
  TreeNode,
  Trend,
} from "./types";
import type { DomainOfRow, ScenarioBody, WhatIf } from "./whatif";

/** Where the server's paths begin: the page may live under a prefix. */
export const root = typeof document === "undefined" ? "http://localhost/" : document.baseURI;

interface Answer<T> {
  status: string;
  data: T;
  error?: string;
  errorType?: string;
}

export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly kind = "", // as the API names it
  ) {
    super(message);
  }
}

/** Whether the server answers, but has not got it yet: it comes by itself, or when somebody else's turn is over. */
export const isNotYet = (error: Error) => error instanceof ApiError && error.kind === "unavailable";

/** What somebody has typed says nothing that can be read; the message says what is wanted. */
export class InputError extends Error {}

/** Whether it is what was asked, or who asked, that is at fault, and not the server or the way to it. */
export const isInputFault = (error: Error) =>
  error instanceof InputError || (error instanceof ApiError && error.code >= 400 && error.code < 500);

/** The id is one segment of the URL: its slashes are encoded too. */
const module = (id: string) => `modules/${encodeURIComponent(id)}`;

const run = (id: string) => `runs/${encodeURIComponent(id)}`;
const step = (id: string, path: string) => `${run(id)}/steps/${encodeURIComponent(path)}`;

const registry = (id: string) => `registry/${encodeURIComponent(id)}`;

const service = (id: string) => `services/${encodeURIComponent(id)}`;
const node = (name: string) => `nodes/${encodeURIComponent(name)}`;

let aheadMillis = 0;

/** The server's clock, in Unix milliseconds: the browser's may be wrong by minutes. */
export const serverNow = () => Date.now() + aheadMillis;

const isChinese = (language: string) => language.startsWith("zh");

/**
 * Has the server say its sentences in the language of the page. The browser asks for its own by itself,
 * and takes what it has asked for early only for a question without headers.
 */
function tongue(): HeadersInit {
  if (typeof document === "undefined") return {};
  const { lang } = document.documentElement;
  return isChinese(lang) === isChinese(navigator.language) ? {} : { "Accept-Language": lang };
}

/** Learns from an answer that was not kept in a cache; its Date has whole seconds. */
function readClock(response: Response) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) aheadMillis = date - Date.now();
}

/** Errors are sentences, too. */
const ask = (path: string, init: RequestInit = {}) =>
  send(new URL(`api/${path}`, root), { ...init, headers: { ...init.headers, ...tongue() } });

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await ask(`v1/${path}`, init);
  readClock(response);
  const answer = (await response.json().catch(() => null)) as Answer<T> | null;
  if (!response.ok || answer === null) {
    const reason = answer?.error ?? `${response.status} ${response.statusText}`;
    throw new ApiError(response.status, reason, answer?.errorType);
  }
  return answer.data;
}

/** Alertmanager's API: answers are bare, errors are a text. */
async function callV2<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await ask(`v2/${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, readFault(text) || response.statusText);
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** The text of an error: a JSON string, our own envelope, or as it came. */
function readFault(text: string): string {
  try {
    const value = JSON.parse(text) as string | { error?: string; message?: string };
    return typeof value === "string" ? value : (value.error ?? value.message ?? text);
  } catch {
    return text;
  }
}

/** What is no JSON; a refusal is. */
async function callText(path: string): Promise<string> {
  const response = await ask(`v1/${path}`);
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, readFault(text) || response.statusText);
  return text;
}

async function list<T>(path: string, init?: RequestInit): Promise<T[]> {
  return (await call<T[] | null>(path, init)) ?? [];
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

/** What to ask the ledger; from is a day, YYYY-MM-DD. */
export interface LedgerQuery {
  module?: string;
  path?: string;
  task?: string;
  horizon?: string;
  from?: string;
}

// An empty model is the configured one.
export const api = {
  status: () => call<Status>("status"),
  tree: (model: string) => list<TreeNode>(`tree${query({ model })}`),
  /** The tree without its modules, which are most of it. */
  branches: (model: string) => list<TreeNode>(`tree${query({ model, modules: "false" })}`),
  firstRows: (path: string, level: string, model: string, sort: string, limit: number) =>
    list<Row>(`warnings${query({ path, level, model, sort, limit })}`),
  warnings: (level: string, model: string) => list<Row>(`warnings${query({ level, model })}`),
  growth: (level: string, model: string) => list<Growth>(`growth${query({ level, model })}`),
  below: (path: string, level: string, model: string) =>
    list<Row>(`warnings${query({ path, level, model, sort: "id" })}`),
  growthBelow: (path: string, level: string, model: string) =>
    list<Growth>(`growth${query({ path, level, model })}`),
  sparklines: (ids: string[], model: string, signal: AbortSignal) =>
    call<Sparklines>(`sparklines${query({ id: ids, model })}`, { signal }),
  shortages: () => list<Shortfall>("shortages"),
  module: (id: string, model: string) => call<Module>(`${module(id)}${query({ model })}`),
  curve: (id: string, model: string) => call<Curve>(`${module(id)}/forecast${query({ model })}`),
  trend: (id: string, model: string) => call<Trend>(`${module(id)}/growth${query({ model })}`),
  glossary: () => call<Glossary>("terms"),
  explain: (id: string, model: string) => call<Explanation>(`explain${query({ id, model })}`),
  ledger: (asked: LedgerQuery) => call<Ledger>(`ledger${query({ ...asked })}`),
  note: (id: string, note: string) => call<Noted>(`${module(id)}/note`, json("PUT", { note })),
  heat: (id: string, weeks: number) => call<Heat>(`${module(id)}/heat${query({ weeks })}`),
  devices: (id: string, limit: number) =>
    call<{ devices: Device[]; more: boolean }>(`${module(id)}/devices${query({ limit })}`),
  excursions: (id: string) => list<Excursion>(`${module(id)}/excursions`),
  marks: (path: string) => list<Mark>(`marks${query({ path })}`),
  // A preview tells what would change, and changes nothing.
  mark: (body: MarkBody, preview: boolean, signal: AbortSignal | null) =>
    call<Refits>(`marks${query({ preview })}`, { ...json("POST", body), signal }),
  unmark: (id: number, preview: boolean, signal: AbortSignal | null) =>
    call<Refits>(`marks/${id}${query({ preview })}`, { method: "DELETE", signal }),
  domains: () => list<DomainOfRow>("warnings"),
  whatif: (scenario: ScenarioBody, level: string) =>
    call<WhatIf>(`whatif${query({ level })}`, json("POST", scenario)),
  alarms: (asked: AlarmQuery, limit: number) => call<AlarmList>(`alarms${query({ ...asked, limit })}`),
  alarmStats: (asked: AlarmQuery, by: string) => list<AlarmCount>(`alarms/stats${query({ ...asked, by })}`),
  alarm: (id: string) => call<AlarmDetail>(`alarms/${encodeURIComponent(id)}`),
  /** DELETE gives it back. */
  takeOn: (id: string, method: "POST" | "DELETE", said: Record<string, string>) =>
    call<AlarmDetail>(`alarms/${encodeURIComponent(id)}/ack`, json(method, said)),
  heals: (asked: { from: string; to: string; path: string }, limit: number) =>
    call<HealList>(`heals${query({ ...asked, limit })}`),
  brake: () => call<Brake>("heals/brake"),
  releaseBrake: (reason: string) => call<Brake>("heals/brake/release", json("POST", { reason })),
  mutes: () => list<Mute>("mutes"),
  mute: (body: MuteBody) => call<Mute>("mutes", json("POST", body)),
  unmute: (id: string) => call<Mute>(`mutes/${encodeURIComponent(id)}`, { method: "DELETE" }),
  tryMute: (what: Try) => call<MutePreview>("mutes/preview", json("POST", what)),
  leases: () => list<Lease>("leases"),
  lease: (id: string) => call<Lease>(`leases/${encodeURIComponent(id)}`),
  pool: (path: string) => call<PoolData>(`pool${query({ path })}`),
  nodes: () => list<BriefNode>("nodes?brief=true"),
  node: (name: string) => call<PoolNode>(node(name)),
  orderNode: (name: string, order: NodeOrder) => call<unknown>(`${node(name)}/orders`, json("POST", order)),
  replay: (asked: ReplayBody) => call<Replayed>("replay", json("POST", asked)),
  services: (path: string) => list<Service>(`services${query({ path })}`),
  service: (id: string) => call<Service>(service(id)),
  orderService: (id: string, order: ServiceOrder) =>
    call<Service>(`${service(id)}/orders`, json("POST", order)),
  restartWorker: (id: string) =>
    call<unknown>(`workers/${encodeURIComponent(id)}/restart`, { method: "POST" }),
  decisions: (asked: DecisionQuery, limit: number) =>
    call<DecisionList>(`decisions${query({ ...asked, limit })}`),
  newestDecisions: async (path: string): Promise<Decision[]> =>
    (await call<DecisionList>(`decisions${query({ path, newest: true })}`)).decisions,
  flows: () => list<Flow>("flows"),
  startFlow: (flow: string, body: StartBody) =>
    call<Run>(`flows/${encodeURIComponent(flow)}/runs`, json("POST", body)),
  runs: (asked: RunQuery, limit: number) => call<RunList>(`runs${query({ ...asked, limit })}`),
  run: (id: string) => call<Run>(run(id)),
  orderRun: (id: string, order: RunOrder) => call<Run>(run(id), json("POST", order)),
  orderStep: (id: string, path: string, order: StepOrder) => call<Run>(step(id, path), json("POST", order)),
  stepLog: (id: string, path: string, attempt: number) =>
    call<StepLog>(`${step(id, path)}/log${query({ attempt })}`),
  schedules: () => call<Schedules>("schedules"),
  putSchedule: (body: Partial<Schedule>) => call<Schedule>("schedules", json("POST", body)),
  endSchedule: (id: string) => call<unknown>(`schedules/${encodeURIComponent(id)}`, { method: "DELETE" }),
  tools: () => call<Tools>("tools"),
  grants: (path: string) => list<Grant>(`grants${query({ path })}`),
  grant: (body: AccessBody & { subject: string }) => call<Grant>("grants", json("POST", body)),
  endGrant: (id: string) => call<unknown>(`grants/${encodeURIComponent(id)}`, { method: "DELETE" }),
  tokens: () => list<Token>("tokens"),
  makeToken: (body: AccessBody & { name: string }) => call<Token>("tokens", json("POST", body)),
  revokeToken: (id: string) => call<unknown>(`tokens/${encodeURIComponent(id)}`, { method: "DELETE" }),
  requests: (asked: { path: string; state: RequestState | ""; text: string }, limit: number) =>
    call<RequestList>(`requests${query({ ...asked, limit })}`),
  requestDraft: (kind: RequestKind, module: string) =>
    call<RequestDraft>(`requests/draft${query({ kind, module })}`),
  openRequest: (body: { kind: RequestKind; who: string; why: string } & RequestForm) =>
    call<AskedRequest>("requests", json("POST", body)),
  orderRequest: (id: string, order: RequestOrder) =>
    call<AskedRequest>(`requests/${encodeURIComponent(id)}`, json("POST", order)),
  consistency: (path: string) => call<ConsistencyTotal>(`consistency${query({ path })}`),
  moduleConsistency: (id: string) => call<ModuleConsistency>(`consistency/${encodeURIComponent(id)}`),
  orderConsistency: (id: string, order: ItemOrder) =>
    call<{ runs: string[] }>(`consistency/${encodeURIComponent(id)}`, json("POST", order)),
  environment: (path: string) => call<Environment>(`environment${query({ path })}`),
  registry: (path: string, q: string, limit: number) =>
    call<RegistryList>(`registry${query({ path, q, limit })}`),
  registryNode: (id: string) => call<RegistryNode>(registry(id)),
  registryConflicts: (path: string, limit: number) =>
    call<RegistryConflicts>(`registry/conflicts${query({ path, limit })}`),
  timeline: (id: string, limit: number) =>
    call<{ events: Happening[]; more: boolean }>(`${registry(id)}/events${query({ limit })}`),
  setFacts: (id: string, body: FactsBody) => call<RegistryNode>(registry(id), json("PUT", body)),
  reports: () => call<ReportList>("reports"),
  publishReport: (month: string) => call<unknown>(`reports/${month}`, { method: "POST" }),
  reportDeliveries: async (month: string) =>
    (await call<{ deliveries: ReportDelivery[] }>(`reports/${month}/deliveries`)).deliveries,
  sendReport: (month: string) => call<unknown>(`reports/${month}/deliveries`, json("POST", {})),
  /** The address of a report's file, for links. */
  reportURL: (month: string, format: ReportFormat, lang: string) =>
    new URL(`api/v1/reports/${month}${query({ format, lang })}`, root).href,
  reportPage: (month: string, lang: string) => callText(`reports/${month}${query({ format: "html", lang })}`),
  operations: (asked: { path: string; by: string; from: string; to: string }) =>
    call<Operations>(`operations${query(asked)}`),
  audit: (asked: AuditQuery, limit: number) => call<AuditList>(`audit${query({ ...asked, limit })}`),
  verifyAudit: () => call<AuditVerdict>("audit/verify"),
  search: (q: string, kind: string, limit: number) =>
    call<SearchAnswer>(`search${query({ q, kind, limit })}`),
  me: () => call<Me>("me"),
  queryRange: (expr: string, start: number, end: number, step: number) =>
    call<Matrix>(`query_range${query({ query: expr, start, end, step })}`),
  silences: () => callV2<Silence[]>("silences"),
  silence: (body: SilenceBody) => callV2<{ silenceID: string }>("silences", json("POST", body)),
  unsilence: (id: string) => callV2<null>(`silence/${encodeURIComponent(id)}`, { method: "DELETE" }),
};
