// The pages of the pool: nodes that sync, modules for which workers are recommended.
import assert from "node:assert/strict";
import { joins } from "../node.mjs";

/** Nothing that is there may move when it is refreshed: the tops of rows before and after. */
const tops = (rows) =>
  rows.evaluateAll((list) => list.slice(0, 10).map((row) => row.getBoundingClientRect().top));

/** From the nodes to one of them, which is closed and opened again. */
async function closesNode(page, kit) {
  const name = `browser-${Date.now()}`;
  const leave = await joins(kit.base, name);
  await kit.open("pool", ".pool-totals");
  try {
    await page
      .getByRole("navigation", { name: "Parts of the page" })
      .getByRole("link", { name: "Nodes" })
      .click();
    const cell = page.locator("a.node", { hasText: name });
    await cell.waitFor();
    assert.match(await cell.getAttribute("title"), /forecast load 42 %, ready/);
    await page.getByLabel("Group by").selectOption("rack");
    await page.locator(".node-group h2", { hasText: "rack r7" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(`rack=r7 ${name}`);
    await kit.waitFor(
      "the search is in the URL",
      (q) => new URL(location.href).searchParams.get("q")?.endsWith(q),
      name,
    );
    assert.equal(await page.locator("a.node").count(), 1, "the search leaves one node");
    await kit.picture("pool-nodes");

    await page.keyboard.press("Escape"); // leaves the search
    await page.keyboard.press("j");
    await kit.waitFor("the node has the focus", () => document.activeElement?.matches("a.node"));
    await page.keyboard.press("Enter");
    await page.locator(".headline", { hasText: "It takes new workers." }).waitFor();
    await page.getByRole("button", { name: "Cordon" }).click();
    await page.getByLabel("Why").fill("the browser tries it");
    await page.keyboard.press("Enter");
    await page.locator(".badges", { hasText: "the browser tries it" }).waitFor();
    await page.locator(".headline", { hasText: "It takes no new workers." }).waitFor();
    await kit.picture("pool-node");
    await page.getByRole("button", { name: "Open again" }).click();
    await kit.waitFor("the form has the focus", () => document.activeElement?.matches(".alarm-form input"));
    await page.keyboard.press("Escape"); // leaves the form, and not the page
    await page.getByRole("button", { name: "Open again" }).click();
    await page.getByLabel("Why").press("Enter");
    await page.locator(".badges", { hasText: "ready" }).waitFor();
    await page.keyboard.press("Escape");
    await cell.waitFor();
    assert.equal(kit.query.get("by"), "rack", "the grid is as it was left");
  } finally {
    leave();
  }
}

/** From the services to a module for which workers are only recommended, and its arithmetic. */
async function readsService(page, kit) {
  await kit.open();
  await page.getByRole("link", { name: "Pool", exact: true }).click();
  assert.match(new URL(page.url()).pathname, /\/pool$/);
  await page.locator(".pool-totals").waitFor();
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
  await page.getByRole("checkbox", { name: /not configured/ }).check();
  assert.equal(kit.query.get("mode"), "only");
  await page.getByText("configure it to apply").first().waitFor();
  await page.getByRole("button", { name: "Service" }).click();
  await page.locator("th.name[aria-sort=ascending]").waitFor();
  const before = await tops(rows);
  await page.waitForResponse((r) => r.url().includes("/api/v1/services")); // the next refresh
  await page.waitForTimeout(100);
  assert.deepEqual(await tops(rows), before, "rows stay where they are when they are refreshed");
  await kit.picture("pool-services");

  await page.keyboard.press("j");
  await page.locator("tr.chosen").waitFor();
  const headline = page.locator(".headline", { hasText: "no service is configured" });
  for (let turn = 0; turn < 5 && !(await headline.isVisible()); turn++) {
    await page.keyboard.press("Enter"); // a slow page hears a key only once it has drawn what was chosen
    await headline.waitFor({ timeout: 5000 }).catch(() => {});
  }
  await headline.waitFor();
  await page.locator(".pool-banner summary").click();
  await page.locator(".command", { hasText: "- module:" }).waitFor();
  await page.locator(".plot canvas").first().waitFor();
  const explain = page.getByRole("link", { name: "explain" }).first();
  await explain.click();
  await page.locator(".explanation li").first().waitFor();
  assert.match(kit.query.get("explain"), /^scale:/);
  await page.reload(); // the URL holds which one is explained
  await page.locator(".explanation li", { hasText: "busy fraction" }).first().waitFor();
  await kit.picture("pool-service");
  await page.getByRole("link", { name: "The module" }).click();
  await page.getByRole("link", { name: "Workers and scaling" }).click();
  await page.locator(".pool-place .headline").waitFor();
}

async function readsDecisions(page, kit) {
  await kit.open("pool?show=decisions", ".decision");
  await page.getByLabel("Direction").selectOption("hold");
  const isChosen = () => new URL(location.href).searchParams.get("direction") === "hold";
  await kit.waitFor("the direction is in the URL", isChosen);
  const onlyHolds = () =>
    document.querySelector(".decision") && !document.querySelector(".decision:not(.hold)");
  await kit.waitFor("only what was left as it is is shown", onlyHolds);
  await kit.picture("pool-decisions");
}

/** The parts of the page, none of which may stick out. */
async function readsOnPhone(page, kit) {
  for (const part of ["services", "nodes", "decisions"]) {
    await kit.open(`pool?show=${part}`, ".pool-totals");
    await kit.waitFor(`the part ${part} is loaded`, () => !document.querySelector(".pool-page .loading"));
    await kit.fits();
    await kit.picture(`pool-${part}`);
  }
  await kit.open("pool", "td.name a");
  await page.locator("td.name a").first().click();
  await page.locator(".pool-place .headline").waitFor();
  await kit.fits();
  await kit.picture("pool-service");
}

export default [
  { name: "closes a node and opens it again", writes: true, run: closesNode },
  { name: "explains a recommendation", run: readsService },
  { name: "reads the decisions", run: readsDecisions },
  { name: "reads all parts", widths: ["phone"], run: readsOnPhone },
];
