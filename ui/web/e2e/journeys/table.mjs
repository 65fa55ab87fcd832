// The warning table: its note, its orders, its filters, its tree, its keys.
import assert from "node:assert/strict";
import { patience } from "../kit.mjs";

/** The numbers of a column that are shown, without what has none. */
async function loadsShown(page) {
  const shown = await page.locator("td.load .main").allTextContents();
  return shown.map(Number).filter((n) => !Number.isNaN(n));
}

async function keepsNote(page, kit) {
  await kit.open();
  const text = `note ${Date.now()}`;
  await page.locator("tr.row").first().hover();
  await page.locator("tr.row button.note").first().click();
  await page.locator("textarea.note").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("tr.row button.note", { hasText: text }).waitFor();
  await kit.open(`?q=${encodeURIComponent(text)}`); // the server kept it, the search finds it
  await page.locator("tr.row button.note", { hasText: text }).waitFor();
}

async function sorts(page, kit) {
  await kit.open();
  await kit.picture("table");
  const head = page.locator("th.load");
  await head.getByRole("button").click();
  await page.locator("th.load[aria-sort=descending]").waitFor();
  assert.equal(kit.query.get("sort"), "-load");
  const loads = await loadsShown(page);
  assert.ok(loads.length > 1, "several loads are shown");
  assert.deepEqual(
    loads,
    loads.toSorted((a, b) => b - a),
    "loads fall",
  );
  await head.getByRole("button").click();
  await page.locator("th.load[aria-sort=ascending]").waitFor();
}

/** What is free at today's peak, and after a loss, can be sorted by. */
async function sortsByHeadroom(page, kit) {
  await kit.open();
  await page.getByRole("button", { name: "after a loss", exact: true }).click();
  await page.locator("th.headroom[aria-sort=ascending]").waitFor();
  assert.equal(kit.query.get("sort"), "loss");
  // The domain that is lost is named, once devices have reported: within two minutes of a first start.
  const lost = page.locator("tr.row").first().locator("td.headroom .sub", { hasText: "·" });
  await lost.waitFor({ timeout: 2 * patience });
}

async function filters(page, kit) {
  await kit.open();
  const path = await page.locator("td.path a").last().getAttribute("title");
  const name = path.split(" › ").at(-1);
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  await kit.waitFor(
    "the search is in the URL",
    (q) => new URL(location.href).searchParams.get("q") === q,
    name,
  );
  const found = await page.locator("td.path a").evaluateAll((links) => links.map((a) => a.title));
  assert.ok(found.length > 0, `rows are found for ${name}`);
  for (const title of found) assert.ok(title.toLowerCase().includes(name.toLowerCase()), title);
  await page.reload();
  await page.locator("tr.row").first().waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), name, "the URL holds the search");
  await page.getByRole("searchbox").fill("");
  await kit.waitFor("the URL holds no search", () => !new URL(location.href).searchParams.has("q"));
}

async function choosesInTree(page, kit) {
  await kit.open();
  const node = page.locator(".tree li .choice").first();
  const name = await node.locator(".name").textContent();
  await node.click();
  await kit.waitFor("the node is in the URL", () => new URL(location.href).searchParams.has("path"));
  const titles = await page.locator("td.path a").evaluateAll((links) => links.map((a) => a.title));
  assert.ok(titles.length > 0, `${name} has rows`);
  for (const title of titles) assert.ok(title.startsWith(name), `${title} lies below ${name}`);
  await page.locator(".tree > .branch .choice").click();
  await kit.waitFor("the whole is shown", () => !new URL(location.href).searchParams.has("path"));
}

async function movesByKeys(page, kit) {
  await kit.open();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const row = page.locator("tr.row[aria-selected=true]");
  assert.equal(await row.getAttribute("aria-rowindex"), "2");
  await page.keyboard.press("Enter");
  await page.locator(".headline").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("tr.row").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
}

/** Both models' bands and verdicts beside each other, on the table and on a module's page. */
async function comparesModels(page, kit) {
  await kit.open();
  const choose = (model) => page.getByRole("combobox", { name: "Model" }).selectOption(model);
  await choose("both");
  await page.locator("table.compared").waitFor();
  assert.equal(kit.query.get("model"), "both");
  const lines = (column) => page.locator(`tr.row td.${column}`).first().locator(".main").allTextContents();
  assert.equal((await lines("band")).length, 2, "two bands");
  assert.equal((await lines("deviates")).length, 2, "two verdicts");
  assert.deepEqual(await lines("model"), ["calibrated", "classic"]);
  await page.locator("td.path a").first().click();
  await page.locator(".headline").nth(1).waitFor();
  assert.equal(kit.query.get("model"), "both", "the page keeps the choice");
  await page.reload();
  await kit.waitForCharts(2);
  assert.equal(await page.locator(".alarm-state").count(), 2, "the alarm of each model");
  await kit.picture("module-compared");
  await page.keyboard.press("Escape");
  await page.locator("table.compared").waitFor();
  await kit.picture("table-compared");
  await choose("classic");
  await page.locator("table.warnings:not(.compared)").waitFor();
  assert.equal(kit.query.get("model"), "classic");
  await choose("calibrated");
  await kit.waitFor("the model is the default", () => !new URL(location.href).searchParams.has("model"));
}

async function speaksChinese(page, kit) {
  await kit.open();
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("button", { name: "English" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
}

/** Neither the plain table nor the one of two models sticks out. */
async function fitsOnPhone(_page, kit) {
  await kit.open();
  await kit.fits();
  await kit.picture("table");
  await kit.open("?model=both", "table.compared tr.row");
  await kit.fits();
  await kit.picture("table-compared");
}

export default [
  { name: "keeps a note", writes: true, run: keepsNote },
  { name: "sorts by load", run: sorts },
  { name: "sorts by headroom", run: sortsByHeadroom },
  { name: "finds by a word", run: filters },
  { name: "chooses in the tree", run: choosesInTree },
  { name: "moves by keys", run: movesByKeys },
  { name: "compares the models", run: comparesModels },
  { name: "speaks Chinese", run: speaksChinese },
  { name: "fits", widths: ["phone"], languages: ["en", "zh"], run: fitsOnPhone },
];
