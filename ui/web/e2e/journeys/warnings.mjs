// What people do with the warning table: filter by chips, group, keep views, mute from it, take it away.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const rows = (page) => page.locator("tr.row:not(.group)");
const chip = (page, name) =>
  page.locator(".chip-line").getByRole("button", { name: new RegExp(`^${name} \\d`) });
const counted = async (of) => Number((await of.locator("b").textContent()).replace(/\D/g, ""));

/** A chip counts as many rows as it leaves, pressed again it leaves the others. */
async function filtersByChips(page, kit) {
  await kit.open();
  const all = await kit.ask("api/v1/warnings");
  const { sheet } = kit.text;
  const one = chip(page, sheet.chips.request);
  const count = await counted(one);
  assert.ok(count > 0 && count < all.length, `${count} of ${all.length} rows are to be ordered for`);
  await one.click();
  await kit.waitFor("the chip is in the URL", () => location.search === "?show=request");
  await page.locator(".rows", { hasText: `${count}` }).waitFor();
  await page.reload(); // the URL holds it
  await rows(page).first().waitFor();
  const without = page
    .locator(".chip-line")
    .getByRole("button", { name: sheet.without(sheet.chips.request) });
  await one.click();
  await without.waitFor();
  assert.equal(kit.query.get("show"), "-request");
  await page.locator(".rows", { hasText: `${all.length - count}` }).waitFor();
  await kit.picture("table-chips");
  await without.click();
  await kit.waitFor("the URL holds no chip", () => location.search === "");
}

/** Groups by the levels above, folds one by key, and finds it folded again. */
async function groups(page, kit) {
  await kit.open();
  const { levels } = await kit.ask("api/v1/status");
  await page.keyboard.press("g");
  await page.locator("tr.group").first().waitFor();
  assert.equal(kit.query.get("group"), levels[0]);
  const name = await page.locator("tr.group td.path .main").first().textContent();
  const below = await rows(page).first().locator("td.path a").getAttribute("title");
  assert.ok(below.startsWith(`${name} › `), `${below} stands under ${name}`);
  await page.keyboard.press("j");
  await page.locator("tr.group.chosen").waitFor();
  await kit.picture("table-groups");
  await page.keyboard.press("x");
  await page.locator('tr.group.chosen [aria-expanded="false"]').waitFor();
  assert.ok(kit.query.get("fold"), "the URL holds which group is folded");
  await page.reload();
  await page.locator('tr.group [aria-expanded="false"]').first().waitFor();
  await page.locator("tr.group .fold-group").first().click();
  await kit.waitFor("no group is folded", () => !location.search.includes("fold="));
  await kit.fits();
}

/** A view is kept under a name, comes back when the page is opened, and goes. */
async function keepsView(page, kit) {
  await kit.open("?show=request&columns=load,order&sort=-order");
  const { sheet } = kit.text;
  await page.keyboard.press("v");
  const menu = page.locator(".menu.views");
  await menu.getByLabel(sheet.name).fill("to order");
  await menu.getByRole("button", { name: sheet.save }).click();
  await menu
    .locator("li", { hasText: "to order" })
    .getByRole("button", { name: sheet.first("to order") })
    .click();
  await kit.picture("table-views");
  await kit.open(); // the first view
  await kit.waitFor(
    "the first view is shown",
    () => location.search === "?show=request&sort=-order&columns=load,order",
  );
  assert.deepEqual(await page.locator("th").evaluateAll((all) => all.map((th) => th.className)), [
    "path",
    "load",
    "order",
  ]);
  await page.keyboard.press("v");
  await menu.getByRole("link", { name: sheet.asItComes }).click();
  await page.locator("th.headroom").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("v");
  await menu.getByRole("button", { name: `${sheet.remove} to order` }).click();
  assert.equal(await menu.locator("li").count(), 1, "only the table as it comes is left");
}

/** The CSV has the columns, the order, the filter and the groups that are seen. */
async function savesWhatIsSeen(page, kit) {
  const { levels } = await kit.ask("api/v1/status");
  await kit.open(`?show=request&columns=devices,order&sort=-devices&group=${levels[0]}`);
  const shown = await page.locator("tr.row").evaluateAll((all) =>
    all.map((tr) => ({
      group: tr.matches(".group"),
      name: tr.querySelector("td.path .main").textContent,
      devices: tr.querySelector("td.devices").textContent,
      order: tr.querySelector("td.order").textContent,
    })),
  );
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: kit.text.csv, exact: true }).click(),
  ]);
  const text = (await readFile(await file.path(), "utf8")).replace("\ufeff", "");
  const [head, ...lines] = text.trimEnd().split("\r\n");
  assert.equal(head, "group,path,devices,devices_needed,devices_to_request");
  let group = "";
  const wanted = [];
  for (const row of shown) {
    if (row.group) group = row.name;
    else wanted.push([group, row.name, Number.parseInt(row.devices, 10), Number.parseInt(row.order, 10)]);
  }
  const had = lines.map((line) => {
    const [under, path, devices, , order] = line.split(",");
    return [
      decodeURIComponent(under),
      decodeURIComponent(path.split("/").at(-1)),
      Number(devices),
      Number(order),
    ];
  });
  assert.ok(wanted.length > 1, "several rows are shown");
  assert.deepEqual(had.slice(0, wanted.length), wanted, "the file is what is seen");
}

/** From the row that deviates the most to a silence of it, which the row then tells. */
async function mutes(page, kit) {
  await kit.open("?sort=-deviates");
  await page.keyboard.press("j");
  await page.locator("tr.chosen").waitFor();
  const path = (await page.locator("tr.chosen td.path a").getAttribute("title")).split(" › ");
  await page.keyboard.press("m");
  const form = page.locator("form", { has: page.locator('input[name="matchers"]') });
  const matchers = form.locator('input[name="matchers"]');
  await matchers.waitFor();
  for (const name of path) assert.ok((await matchers.inputValue()).includes(JSON.stringify(name)), name);
  await form.locator('input[name="comment"]').fill("the browser tries it");
  await form.locator('[type="submit"]').click(); // what it would have hidden
  await form.getByRole("button", { name: kit.text.alarms.mutes.make }).click();
  await form.waitFor({ state: "detached" });
  await kit.open(`?show=muted&q=${encodeURIComponent(path.at(-1))}`);
  const title = page.locator('td.cover a[title*="the browser tries it"]').first();
  await title.waitFor();
  await kit.picture("table-muted");
  for (const { id, comment } of await (await fetch(kit.url("api/v2/silences"))).json())
    if (comment === "the browser tries it")
      await fetch(kit.url(`api/v2/silence/${id}`), { method: "DELETE" });
}

/** Each row in sight gets its small picture, and nothing moves when it comes. */
async function drawsSparklines(page, kit) {
  await kit.open();
  const tops = () =>
    rows(page).evaluateAll((all) => all.slice(0, 10).map((tr) => tr.getBoundingClientRect().top));
  const before = await tops();
  await page.locator("svg.spark path.load").first().waitFor();
  assert.deepEqual(await tops(), before, "rows stay where they are");
  assert.match(await page.locator("svg.spark").first().getAttribute("aria-label"), /\d/);
  await kit.fits();
  await kit.picture("table-week");
}

export default [
  { name: "filters by chips", run: filtersByChips, languages: ["en", "zh"] },
  { name: "groups by a level", run: groups },
  { name: "keeps a view", run: keepsView },
  { name: "saves what is seen as CSV", run: savesWhatIsSeen },
  { name: "mutes the module that deviates", writes: true, run: mutes },
  {
    name: "shows a week of each row",
    widths: ["wide", "phone"],
    schemes: ["light", "dark"],
    run: drawsSparklines,
  },
];
