// A node of the pool, for journeys that need one.
import assert from "node:assert/strict";

/** A node that syncs as a daemon does, until it is stopped; nothing runs on it. */
export async function joins(base, name) {
  const resources = {
    cores: 8,
    memory: 2 ** 34,
    address: "127.0.0.1",
    labels: { rack: "r7" },
    cgroups: "v2",
    max_workers: 100,
    per_core: 2,
  };
  const report = {
    version: "1.0",
    boot: name,
    daemon: name,
    have: "",
    resources,
    load: { cpu: 42, memory_used: 2 ** 32 },
    workers: [],
  };
  const sync = () =>
    fetch(new URL(`api/v1/nodes/${name}/sync`, base), { method: "POST", body: JSON.stringify(report) });
  const answer = await sync();
  assert.equal(answer.status, 200, await answer.text());
  const timer = setInterval(sync, 5000).unref(); // it ends with the journeys
  return () => clearInterval(timer);
}
