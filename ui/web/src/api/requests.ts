// The JSON of /api/v1/requests.

export const requestKinds = ["machines", "business", "access", "change"] as const;
export type RequestKind = (typeof requestKinds)[number];

export const requestStates = [
  "open",
  "approved",
  "running",
  "done",
  "failed",
  "rejected",
  "canceled",
] as const;
export type RequestState = (typeof requestStates)[number];

export type RequestAction = "approve" | "reject" | "comment" | "cancel" | "deliver" | "done";

export interface RequestForm {
  machines?: {
    module: string;
    devices: number;
    device_type: string;
    needed_by: string; // YYYY-MM-DD
    nodes?: string[];
    forecast?: Record<string, unknown>;
  };
  business?: {
    module: string;
    command: string[] | null;
    image: string;
    user: string;
    minimum: number;
    maximum: number;
    cpu_percent: number;
    memory: string;
    proxies: string[] | null;
    port_from: number;
    port_to: number;
  };
  access?: { subject: string; role: string; path: string; until: string };
  change?: { flow: string; inputs: Record<string, unknown> | null };
}

export interface RequestCheck {
  name: string;
  ok: boolean;
  says: string;
}

export interface Approvers {
  path: string;
  who: string[] | null;
  at_least: number;
}

export interface RequestStep {
  at: string;
  who: string;
  what: string;
  state: RequestState;
  why?: string;
}

export interface AskedRequest extends RequestForm {
  id: string;
  kind: RequestKind;
  state: RequestState;
  path: string;
  title: string;
  who: string;
  why: string;
  opened: string;
  approved?: string;
  closed?: string;
  checks: RequestCheck[];
  approvals: string[];
  approvers: Approvers;
  reason?: string;
  flow?: string;
  run?: string;
  history: RequestStep[];
  may: RequestAction[];
  proposal?: string;
}

export interface RequestList {
  requests: AskedRequest[];
  more: boolean;
}

export interface RequestDraft extends RequestForm {
  kind: RequestKind;
  path: string;
  checks: RequestCheck[];
  approvers: Approvers;
  rule: string; // that would approve it by itself
}

export interface RequestOrder {
  action: RequestAction;
  who: string;
  why: string;
  nodes?: string[];
}
