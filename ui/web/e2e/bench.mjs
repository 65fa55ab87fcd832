// How long people wait for the warning table in a real browser, at the size of a large fleet:
//
//   make bench-pages
//
// The server is a demo with 2,428 modules. Of 41,793 rows, which take 5 GB to judge, the page gets
// copies of those; what it does with them is its own. Medians are printed beside the targets.
// Grafana, whose table of the same rows this would be compared with, is in no registry of packages.
import { chromium } from "playwright-core";

const base = process.env.BASE_URL;
if (!base) throw new Error("BASE_URL is not set: the address of a demo with 2,428 modules");
const turns = 9;
const many = 41_793;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const print = (what, times, target) =>
  console.log(
    `${what.padEnd(52)} ${median(times).toFixed(0).padStart(5)} ms${target ? `   (target ${target} ms)` : ""}`,
  );

/** Notes in the page when rows are first painted, and when all of them are there. */
function watch() {
  window.rows = {};
  const look = () => {
    const begun = document.querySelector("tr.row");
    const seen = { first: begun, all: begun && !document.querySelector("[aria-busy=true]") };
    for (const [what, there] of Object.entries(seen)) {
      if (!there || what in window.rows) continue;
      window.rows[what] = Number.NaN;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        window.rows[what] = performance.now();
      };
      requestAnimationFrame(() => port2.postMessage("painted"));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
}

/** Opens the table, its cache empty, with as many rows as asked for. */
async function opened(rows) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en" });
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (rows) await page.route(/api\/v1\/(warnings|growth)(?!.*limit)/, (route) => multiply(route, rows));
  await page.goto(base);
  await page.waitForFunction(() => window.rows.all > 0, null, { timeout: 120_000 });
  return page;
}

/** Answers a list with copies of its rows, each with an id of its own. */
async function multiply(route, rows) {
  const answer = await route.fetch({ timeout: 120_000 });
  const body = await answer.json();
  body.data = Array.from({ length: rows }, (_, i) => {
    const row = body.data[i % body.data.length];
    const copy = Math.floor(i / body.data.length);
    if (copy === 0) return row;
    const path = [...(row.path ?? []).slice(0, -1), `${row.path?.at(-1)} ${copy}`];
    return { ...row, id: `${row.id} ${copy}`, path };
  });
  await route.fulfill({ response: answer, json: body });
}

/** From the address to what is painted first, to the first rows, and to all of them. */
async function paints() {
  const page = await opened();
  const times = await page.evaluate(() => ({
    first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    rows: window.rows.first,
    all: window.rows.all,
  }));
  await page.context().close();
  return times;
}

/** From a click on a column to the frame that shows the new order. */
const sort = (page) =>
  page.evaluate(async () => {
    const begin = performance.now();
    document.querySelector("th.load button").click();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - begin;
  });

/** From a typed letter to the frame that shows what is found. */
const search = (page, words) =>
  page.evaluate(async (typed) => {
    const field = document.querySelector("input.search");
    const rows = () => document.querySelector(".toolbar .rows").textContent;
    const before = rows();
    const begin = performance.now();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, typed);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    do await frame();
    while (rows() === before);
    await frame();
    return performance.now() - begin;
  }, words);

async function repeat(measure) {
  const times = [];
  for (let turn = 0; turn < turns; turn++) times.push(await measure(turn));
  return times;
}

try {
  const painted = await repeat(paints);
  print(
    "first paint on this machine",
    painted.map(({ first }) => first),
    300,
  );
  print(
    "first rows of the table",
    painted.map(({ rows }) => rows),
    300,
  );
  print(
    "all rows of it",
    painted.map(({ all }) => all),
  );
  const table = await opened();
  const shown = await table.locator(".toolbar .rows").textContent();
  print(`sort (${shown.trim()})`, await repeat(() => sort(table)), 50);
  await table.context().close();
  const long = await opened(many);
  const all = await long.locator(".toolbar .rows").textContent();
  const words = (turn) => (turn % 2 ? "" : "cache SET_W01 1");
  print(
    `search with its pause of 150 ms (${all.trim()})`,
    await repeat((turn) => search(long, words(turn))),
    "100 + 150",
  );
  print(`sort (${all.trim()})`, await repeat(() => sort(long)));
} finally {
  await browser.close();
}
