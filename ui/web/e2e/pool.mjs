// The pages of the pool: nodes that sync, modules for which workers are recommended.
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
  const timer = setInterval(sync, 5000);
  return () => clearInterval(timer);
}

const query = (page) => new URL(page.url()).searchParams;

/** Nothing that is there may move when it is refreshed: the tops of rows before and after. */
const tops = (rows) =>
  rows.evaluateAll((list) => list.slice(0, 10).map((row) => row.getBoundingClientRect().top));

/** From the nodes to one of them, which is closed and opened again. */
async function closesNode(page, { base, picture }) {
  const name = `browser-${Date.now()}`;
  const leave = await joins(base, name);
  try {
    await page
      .getByRole("navigation", { name: "Parts of the page" })
      .getByRole("link", { name: "Nodes" })
      .click();
    const cell = page.locator("a.node", { hasText: name });
    await cell.waitFor();
    assert.match(await cell.getAttribute("aria-label"), /forecast load 42 %, ready/);
    await page.getByLabel("Group by").selectOption("rack");
    await page.locator(".node-group h2", { hasText: "rack r7" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(`rack=r7 ${name}`);
    await page.waitForFunction((q) => new URL(location.href).searchParams.get("q")?.endsWith(q), name);
    assert.equal(await page.locator("a.node").count(), 1, "the search leaves one node");
    await picture(page, "pool-nodes");

    await page.keyboard.press("Escape"); // leaves the search
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.activeElement?.matches("a.node"));
    await page.keyboard.press("Enter");
    await page.locator(".headline", { hasText: "It takes new workers." }).waitFor();
    await page.getByRole("button", { name: "Cordon" }).click();
    await page.getByLabel("Why").fill("the browser tries it");
    await page.keyboard.press("Enter");
    await page.locator(".badges", { hasText: "the browser tries it" }).waitFor();
    await page.locator(".headline", { hasText: "It takes no new workers." }).waitFor();
    await picture(page, "pool-node");
    await page.getByRole("button", { name: "Open again" }).click();
    await page.waitForFunction(() => document.activeElement?.matches(".alarm-form input"));
    await page.keyboard.press("Escape"); // leaves the form, and not the page
    await page.getByRole("button", { name: "Open again" }).click();
    await page.getByLabel("Why").press("Enter");
    await page.locator(".badges", { hasText: "ready" }).waitFor();
    await page.keyboard.press("Escape");
    await cell.waitFor();
    assert.equal(query(page).get("by"), "rack", "the grid is as it was left");
  } finally {
    leave();
  }
}

/** From the services to a module for which workers are only recommended, and its arithmetic. */
async function readsService(page, { picture }) {
  const rows = page.locator("table.services tbody tr");
  await rows.first().waitFor();
  await page.getByRole("button", { name: "Busy" }).click();
  await page.locator("th.busy[aria-sort=descending]").waitFor();
  const shown = (await page.locator("td.busy b").allTextContents()).map((text) => Number.parseFloat(text));
  const known = shown.filter((n) => !Number.isNaN(n));
  assert.deepEqual(
    known,
    known.toSorted((a, b) => b - a),
    "the busiest first",
  );
  await page.getByRole("checkbox", { name: /recommended only/ }).check();
  assert.equal(query(page).get("mode"), "only");
  await page.getByText("configure it to apply").first().waitFor();
  await page.getByRole("button", { name: "Service" }).click();
  await page.locator("th.name[aria-sort=ascending]").waitFor();
  const before = await tops(rows);
  await page.waitForResponse((r) => r.url().includes("/api/v1/services")); // the next refresh
  await page.waitForTimeout(100);
  assert.deepEqual(await tops(rows), before, "rows stay where they are when they are refreshed");
  await picture(page, "pool-services");

  await page.keyboard.press("j");
  await page.locator("tr.chosen").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".headline", { hasText: "no service is configured" }).waitFor();
  await page.locator(".pool-banner summary").click();
  await page.locator(".command", { hasText: "- module:" }).waitFor();
  await page.locator(".plot canvas").first().waitFor();
  const explain = page.getByRole("link", { name: "explain" }).first();
  await explain.click();
  await page.locator(".explanation li").first().waitFor();
  assert.match(query(page).get("explain"), /^scale:/);
  await page.reload(); // the URL holds which one is explained
  await page.locator(".explanation li", { hasText: "busy fraction" }).first().waitFor();
  await picture(page, "pool-service");
  await page.getByRole("link", { name: "The module" }).click();
  await page.getByRole("link", { name: "Workers and scaling" }).click();
  await page.locator(".pool-place .headline").waitFor();
}

async function readsDecisions(page, { base, picture }) {
  await page.goto(new URL("pool?show=decisions", base).href);
  await page.locator(".decision").first().waitFor();
  await page.getByLabel("Direction").selectOption("hold");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("direction") === "hold");
  await page.waitForFunction(
    () => document.querySelector(".decision") && !document.querySelector(".decision:not(.hold)"),
  );
  await picture(page, "pool-decisions");
}

export async function readsPool(page, tools) {
  await page.getByRole("link", { name: "Pool", exact: true }).click();
  assert.match(new URL(page.url()).pathname, /\/pool$/);
  await page.locator(".pool-totals").waitFor();
  await readsService(page, tools);
  await page.goto(new URL("pool", tools.base).href);
  await closesNode(page, tools);
  await readsDecisions(page, tools);
  await page.goto(tools.base);
  await page.locator("tr.row").first().waitFor();
}

/** The parts of the page, none of which may stick out. */
export async function readsPoolOnPhone(page, { base, picture, fits }) {
  for (const part of ["services", "nodes", "decisions"]) {
    await page.goto(new URL(`pool?show=${part}`, base).href);
    await page.locator(".pool-totals").waitFor();
    await page.waitForFunction(() => !document.querySelector(".pool-page .loading"));
    await fits(page);
    await picture(page, `pool-${part}-phone`);
  }
  await page.goto(new URL("pool", base).href);
  await page.locator("td.name a").first().click();
  await page.locator(".pool-place .headline").waitFor();
  await fits(page);
  await picture(page, "pool-service-phone");
}
