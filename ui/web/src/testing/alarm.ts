import type { Alarm } from "../api/alarms";

/** An alarm for tests, of which only what matters is given. */
export function sampleAlarm(change: Partial<Alarm> = {}): Alarm {
  return {
    id: "0123456789abcdef-mabc12",
    kind: "ProcessDead",
    severity: "critical",
    labels: { alertname: "ProcessDead", severity: "critical", node: "n1" },
    annotations: {},
    source: "api",
    generator_url: "",
    path: "Qzone/WNS/dispatch/SET_W13",
    node: "n1",
    process: "",
    owner: "",
    runbook: "",
    components: [],
    changes: [],
    facts: {},
    starts_at: "2026-11-27T12:01:00+08:00",
    ends_at: null,
    received_at: "2026-11-27T12:01:02+08:00",
    closed_at: null,
    outcome: "waiting",
    stage: "fold",
    by: "",
    reason: "waits",
    acked_at: null,
    acked_by: "",
    acked_until: null,
    cause: null,
    ...change,
  };
}
