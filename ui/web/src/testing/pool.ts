import type { Decision, PoolNode, Service } from "../api/pool";

/** A decision for tests, of which only what matters is given. */
export function sampleDecision(change: Partial<Decision> = {}): Decision {
  return {
    id: "scale:shop/web/cart@2026-11-27T12:01:00Z",
    module: "shop/web/cart",
    at: "2026-11-27T20:01:00+08:00",
    mode: "apply",
    applied: true,
    direction: "hold",
    current: 4,
    wanted: 4,
    desired: 4,
    cause: "steady",
    caps: [],
    reason: "Busy 0.50 of 4 processes: 4 workers are right.",
    short: "",
    fraction: 0.5,
    busy_seconds: 120,
    processes: 4,
    running: 4,
    deviates: "",
    peak_busy_seconds: null,
    peak_busy_seconds_upper: null,
    peak_at: null,
    target: 0.6,
    scale_in: 0.55,
    minimum: 1,
    maximum: 0,
    ...change,
  };
}

/** Likewise a service, with its last decision. */
export function sampleService(change: Partial<Service> = {}): Service {
  return {
    module: "shop/web/cart",
    configured: true,
    mode: "apply",
    desired: 4,
    wanted: 4,
    serving: 4,
    starting: 0,
    failing: 0,
    unhealthy: 0,
    overloaded: 0,
    lost: 0,
    stopping: 0,
    nodes: 4,
    proxies: [],
    scheduled: 0,
    policy: {
      target: 0.6,
      scale_in: 0.55,
      minimum: 1,
      maximum: 0,
      step_out: 1,
      step_in: 0.2,
      cooldown_out_seconds: 0,
      cooldown_in_seconds: 0,
      stabilise_seconds: 300,
      startup_seconds: 60,
      predictive: true,
      keep_peak: "startup",
      stale_after_seconds: 180,
      freeze_in_deviation: true,
    },
    decision: sampleDecision(change.module ? { module: change.module } : {}),
    ...change,
  };
}

/** Likewise a node. */
export function sampleNode(change: Partial<PoolNode> = {}): PoolNode {
  return {
    name: "n1",
    state: "ready",
    first_seen: "2026-11-27T12:00:00Z",
    last_seen: "2026-11-27T12:01:00Z",
    version: "1.0",
    resources: {
      cores: 8,
      memory: 2 ** 35,
      address: "10.0.0.1",
      labels: { rack: "r1" },
      cgroups: "v2",
      max_workers: 100,
      per_core: 2,
    },
    load: { cpu: 30, memory_used: 2 ** 34 },
    expected_cpu: 40,
    synced: true,
    wanted: 4,
    serving: 4,
    stopping: 0,
    ...change,
  };
}
