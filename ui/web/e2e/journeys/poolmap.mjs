// Thousands of nodes as a map, and policies on recorded days side by side.
import assert from "node:assert/strict";

/** So many nodes as the server would answer them. */
const nodes = (count) =>
  Array.from({ length: count }, (_, i) => ({
    name: `host-${i}`,
    state: i === 7 ? "lost" : "ready",
    first_seen: "2026-11-27T12:00:00Z",
    last_seen: "2026-11-27T12:01:00Z",
    version: "1.0",
    resources: {
      cores: 8,
      memory: 2 ** 35,
      address: "10.0.0.1",
      labels: { rack: `r${i % 20}` },
      cgroups: "v2",
      max_workers: 100,
      per_core: 2,
    },
    load: { cpu: i % 100, memory_used: 2 ** 34 },
    expected_cpu: i % 100,
    synced: true,
    wanted: i % 12,
    serving: i % 11,
    stopping: 0,
  }));

/** From the map to a node by the pointer and by the keys; the table has the same nodes. */
async function readsMap(page, kit) {
  const all = nodes(2000);
  await page.route(/api\/v1\/nodes\?/, (route) => route.fulfill({ json: { status: "success", data: all } }));
  await kit.open("pool?show=nodes", ".node-map .node-group svg");
  const say = kit.text.pool;
  const cell = (i) => {
    const { name, serving, wanted, expected_cpu } = all[i];
    return say.grid.cell(name, `${expected_cpu}`, say.states.ready, serving, wanted);
  };
  const map = page.locator(".node-map");
  const { x, y } = await map.locator(".node-group svg").boundingBox();
  await page.mouse.move(x + 28 * 2 + 5, y + 5);
  await map.locator(".node-read", { hasText: cell(2) }).waitFor();
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await map.locator(".node-read", { hasText: cell(3) }).waitFor();
  await page.getByLabel(say.grid.group).selectOption("rack");
  await map.locator("h2", { hasText: "rack r19" }).waitFor();
  assert.ok((await map.locator("path").count()) < 20 * 9 + 2, "nodes have no elements of their own");
  await kit.fits();
  await kit.picture("pool-map");
  await page.getByRole("checkbox", { name: say.grid.table }).check();
  await page.locator(".node-table tbody tr").nth(199).waitFor();
  assert.equal(kit.query.get("as"), "table");
  await kit.fits();
  await page.locator(".node-table a").first().click();
  assert.match(new URL(page.url()).pathname, /\/pool\/nodes\/host-0$/);
}

/** A module's recorded days under the policy in force and another one. */
async function replays(page, kit) {
  const say = kit.text.pool.replay;
  const { decisions } = await kit.ask("api/v1/decisions?newest=true");
  const { module } = decisions.find((d) => d.fraction !== null && !d.module.startsWith("this machine"));
  await kit.open("pool?show=replay", ".replay-form");
  await page.getByLabel(say.module).fill(module);
  await page.getByLabel(say.days).selectOption("2");
  await page.getByRole("button", { name: say.run, exact: true }).click();
  const rows = page.locator(".replay-rules tbody tr");
  await rows.first().waitFor();
  assert.equal(await page.locator(".replay-rules .own").count(), 1);
  await page.getByRole("button", { name: say.another }).click();
  await page.getByLabel(kit.text.pool.policyFacts.target).fill("40");
  await page.getByLabel(kit.text.pool.policyFacts.scaleIn).fill("30");
  await page.getByRole("button", { name: say.run, exact: true }).click();
  await page.locator(".replay-rules .own").nth(1).waitFor();
  assert.equal(kit.query.get("policy"), "target:0.4,scale_in:0.3");
  await kit.waitForCharts(2);
  const hours = await page.locator(".replay-rules .own td:nth-child(2)").allTextContents();
  const [first, second] = hours.map((text) => Number(text.replace(/\D/g, "")));
  assert.ok(second >= first, `a lower target costs more: ${hours}`);
  await page.locator(".command", { hasText: "headroom replay --module=" }).first().waitFor();
  await page.reload(); // the URL holds the question
  await page.locator(".replay-rules .own").nth(1).waitFor();
  await kit.fits();
  await kit.picture("pool-replay");
}

const both = { widths: ["wide", "phone"], languages: ["en", "zh"] };

export default [
  // The nodes are made up: the server knows none of them.
  { name: "reads thousands of nodes", allow: [/\/api\/v1\/nodes\/host-0/], run: readsMap },
  // One replay runs at a time, so that those of two lanes must not meet.
  { name: "replays two policies", ...both, writes: true, run: replays },
];
