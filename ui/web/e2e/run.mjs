// Drives the pages in a real browser against a running server:
//   BASE_URL=http://127.0.0.1:7480 npm run e2e
// CHROMIUM names the browser, SCREENSHOTS a folder for pictures of each step.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const base = process.env.BASE_URL;
if (!base) throw new Error("BASE_URL is not set: the address of a server with a filled table");
const pictures = process.env.SCREENSHOTS;
if (pictures) await mkdir(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});

const patience = 60_000; // a demo fills its table within a minute

/** Opens a page on which every console error and every foreign request is a failure. */
async function open(width, height, check) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const faults = [];
  page.on("console", (m) => m.type() === "error" && faults.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => faults.push(`exception: ${e.message}`));
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (url.origin !== new URL(base).origin) faults.push(`foreign request: ${url}`);
  });
  await page.goto(base);
  await page.locator("tr.row").first().waitFor();
  await check(page);
  assert.deepEqual(faults, [], `at width ${width}`);
  await context.close();
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

const loadsShown = (page) => page.locator("td.load .main").allTextContents();
const query = (page) => new URL(page.url()).searchParams;
const waitFor = (page, what, arg) => page.waitForFunction(what, arg, { timeout: patience });

async function sorts(page) {
  const head = page.locator("th.load");
  await head.getByRole("button").click();
  await page.locator("th.load[aria-sort=descending]").waitFor();
  assert.equal(query(page).get("sort"), "-load");
  const loads = (await loadsShown(page)).map(Number).filter((n) => !Number.isNaN(n));
  assert.ok(loads.length > 1, "several loads are shown");
  assert.deepEqual(
    loads,
    loads.toSorted((a, b) => b - a),
    "loads fall",
  );
  await head.getByRole("button").click();
  await page.locator("th.load[aria-sort=ascending]").waitFor();
}

async function filters(page) {
  const path = await page.locator("td.path a").last().getAttribute("title");
  const name = path.split(" › ").at(-1);
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  await waitFor(page, (q) => new URL(location.href).searchParams.get("q") === q, name);
  const found = await page.locator("td.path a").evaluateAll((links) => links.map((a) => a.title));
  assert.ok(found.length > 0, `rows are found for ${name}`);
  for (const title of found) assert.ok(title.toLowerCase().includes(name.toLowerCase()), title);
  await page.reload();
  await page.locator("tr.row").first().waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), name, "the URL holds the search");
  await page.getByRole("searchbox").fill("");
  await waitFor(page, () => !new URL(location.href).searchParams.has("q"));
}

async function choosesInTree(page) {
  const node = page.locator(".tree li .choice").first();
  const name = await node.locator(".name").textContent();
  await node.click();
  await waitFor(page, () => new URL(location.href).searchParams.has("path"));
  const titles = await page.locator("td.path a").evaluateAll((links) => links.map((a) => a.title));
  assert.ok(titles.length > 0, `${name} has rows`);
  for (const title of titles) assert.ok(title.startsWith(name), `${title} lies below ${name}`);
  await page.locator(".tree > .branch .choice").click();
}

/** Tells whether a canvas has more than one colour: something was drawn. */
const drawn = () => {
  const painted = (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 4;
  };
  const all = [...document.querySelectorAll(".plot canvas")];
  return all.length === 2 && all.every(painted);
};

async function opensModule(page) {
  await page.locator("td.path a").first().click();
  await page.locator(".headline").waitFor();
  await waitFor(page, drawn);
  assert.match(new URL(page.url()).pathname, /\/module\/./);
  assert.ok((await page.locator(".facts dt").count()) > 10, "facts are shown");
  await page.reload(); // the server answers the page's own address
  await waitFor(page, drawn);
}

async function movesByKeys(page) {
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

async function speaksChinese(page) {
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("button", { name: "English" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
}

async function keepsNote(page) {
  const text = `note ${Date.now()}`;
  await page.locator("tr.row").first().hover();
  await page.locator("tr.row button.note").first().click();
  await page.locator("input.note").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("tr.row button.note", { hasText: text }).waitFor();
  await page.goto(new URL(`?q=${encodeURIComponent(text)}`, base).href); // the server kept it, the search finds it
  await page.locator("tr.row button.note", { hasText: text }).waitFor();
  await page.goto(base);
  await page.locator("tr.row").first().waitFor();
}

/** On a phone nothing may stick out to the right. */
async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!wide, `the page is wider than its window: ${page.url()}`);
}

try {
  await open(1440, 900, async (page) => {
    await picture(page, "table");
    await keepsNote(page);
    await sorts(page);
    await filters(page);
    await choosesInTree(page);
    await movesByKeys(page);
    await speaksChinese(page);
    await opensModule(page);
    await picture(page, "module");
  });
  await open(390, 844, async (page) => {
    await fits(page);
    await picture(page, "table-phone");
    await opensModule(page);
    await fits(page);
    await picture(page, "module-phone");
  });
  console.log("the pages work at both widths");
} finally {
  await browser.close();
}
