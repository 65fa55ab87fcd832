// An alarm, for journeys that need one.
import assert from "node:assert/strict";

/** Sends an alarm of the first module, as Prometheus does; its name is new. */
export async function ring(kit) {
  const { levels } = await kit.ask("api/v1/status");
  const rows = await kit.ask("api/v1/warnings");
  const { path } = rows.find((row) => row.level === levels.at(-1) && row.path[0] !== "this machine");
  const labels = { alertname: `Rings${Date.now()}`, severity: "critical" };
  for (const [i, level] of levels.entries()) labels[level] = path[i];
  const annotations = {
    summary: "rings for the browser",
    runbook_url: "https://wiki.example/rings",
    dashboard: "javascript:alert(1)",
  };
  const sent = await fetch(kit.url("api/v2/alerts"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify([{ labels, annotations, startsAt: new Date().toISOString() }]),
  });
  assert.equal(sent.status, 200, await sent.text());
  return { name: labels.alertname, module: path.at(-1) };
}
