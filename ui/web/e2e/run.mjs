// Drives the pages in a real browser against a running server:
//   BASE_URL=http://127.0.0.1:7480 npm run e2e
// CHROMIUM names the browser, SCREENSHOTS a folder for pictures of each step.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { makesChanges } from "./changes.mjs";
import { readsPool, readsPoolOnPhone } from "./pool.mjs";

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
  // The browser itself complains of a scenario or a mark that the server finds fault with.
  const asked = (m) => /\/api\/v1\/(whatif|marks)/.test(m.location().url) && m.text().includes("400");
  page.on("console", (m) => m.type() === "error" && !asked(m) && faults.push(`console: ${m.text()}`));
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

/** Tells whether so many charts are there, and each of more than one colour: something was drawn. */
const drawn = (charts) => {
  const painted = (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 4;
  };
  const all = [...document.querySelectorAll(".plot canvas")];
  const waiting = document.querySelector(".module-page .loading");
  return !waiting && all.length >= charts && all.every(painted);
};

async function opensModule(page) {
  await page.locator("td.path a").first().click();
  await page.locator(".headline").waitFor();
  await waitFor(page, drawn, 2);
  assert.match(new URL(page.url()).pathname, /\/module\/./);
  assert.ok((await page.locator(".facts dt").count()) > 10, "facts are shown");
  await page.reload(); // the server answers the page's own address
  await waitFor(page, drawn, 2);
}

/** Both models' bands and verdicts beside each other, on the table and on a module's page. */
async function comparesModels(page) {
  const choose = (model) => page.getByRole("combobox", { name: "Model" }).selectOption(model);
  await choose("both");
  await page.locator("table.compared").waitFor();
  assert.equal(query(page).get("model"), "both");
  const lines = (column) => page.locator(`tr.row td.${column}`).first().locator(".main").allTextContents();
  assert.equal((await lines("band")).length, 2, "two bands");
  assert.equal((await lines("deviates")).length, 2, "two verdicts");
  assert.deepEqual(await lines("model"), ["calibrated", "classic"]);
  await page.locator("td.path a").first().click();
  await page.locator(".headline").nth(1).waitFor();
  assert.equal(query(page).get("model"), "both", "the page keeps the choice");
  await page.reload();
  await waitFor(page, drawn, 2);
  assert.equal(await page.locator(".alarm-state").count(), 2, "the alarm of each model");
  await picture(page, "module-compared");
  await page.keyboard.press("Escape");
  await page.locator("table.compared").waitFor();
  await picture(page, "table-compared");
  await choose("classic");
  await page.locator("table.warnings:not(.compared)").waitFor();
  assert.equal(query(page).get("model"), "classic");
  await choose("calibrated");
  await waitFor(page, () => !new URL(location.href).searchParams.has("model"));
}

/** What is free at today's peak, and after a loss, can be sorted by. */
async function sortsByHeadroom(page) {
  await page.getByRole("button", { name: "after a loss" }).click();
  await page.locator("th.headroom[aria-sort=ascending]").waitFor();
  assert.equal(query(page).get("sort"), "loss");
  // The domain that is lost is named, once devices have reported: within two minutes of a first start.
  const lost = page.locator("tr.row").first().locator("td.headroom .sub", { hasText: "·" });
  await lost.waitFor({ timeout: 2 * patience });
  await page.goto(base);
  await page.locator("tr.row").first().waitFor();
}

/** How right the forecasts were, and from there to a module's own; a young demo still fills its ledger. */
async function readsLedger(page) {
  const answer = await (await fetch(new URL("api/v1/ledger", base))).json();
  await page.getByRole("link", { name: "Ledger" }).click();
  assert.match(new URL(page.url()).pathname, /\/ledger$/);
  await page.locator(".sheets").waitFor();
  const isThere = (horizon) => answer.data.summary.some((s) => s.horizon === horizon && s.scored > 0);
  if (!isThere("09:00") || !isThere("12:00")) return;
  const chosen = page.locator("tr.chosen").first(); // replayed and not are two rows
  await chosen.waitFor();
  assert.match(await chosen.textContent(), /12:00/, "noon is shown first");
  await picture(page, "ledger");
  await page.getByRole("button", { name: "09:00" }).first().click();
  await waitFor(page, () => new URL(location.href).searchParams.get("horizon") === "09:00");
  await page.locator(".worst h2", { hasText: "09:00" }).waitFor();
  await page.reload(); // the URL holds the choice
  await page.locator(".worst h2", { hasText: "09:00" }).waitFor();
  await page.locator(".worst a").first().click();
  await waitFor(page, drawn, 3);
  assert.ok((await page.locator(".module-page .summary tbody tr").count()) > 1, "errors by horizon");
  await picture(page, "module-ledger");
  await page.keyboard.press("Escape");
  await page.locator("tr.row").first().waitFor();
}

/** Drags over the chart of the day, from one share of its width to another. */
async function dragsOverDay(page, from, to) {
  const plot = page.locator(".plot .u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await plot.boundingBox();
  await page.mouse.move(x + from * width, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + to * width, y + height / 2, { steps: 4 });
  await page.mouse.up();
}

/** Marks an interval once its refit was seen, and takes the mark away again. */
async function marksInterval(page) {
  await page.locator("td.path a").first().click();
  await waitFor(page, drawn, 2);
  const marks = page.locator(".marks");
  const listed = marks.locator(".mark-list li");
  const before = await listed.count();
  const note = `cut ${Date.now()}`;
  await marks.getByRole("button", { name: "Mark an interval" }).click();
  const [from, to] = ["From", "To (exclusive)"].map((name) => marks.getByLabel(name));
  await dragsOverDay(page, 0.2, 0.3);
  const dragged = await to.inputValue();
  assert.ok((await from.inputValue()) < dragged, "the drag fills in an interval");
  await marks.getByLabel("Note").fill(note);

  await to.fill("2020-01-01T00:00");
  await marks.getByRole("button", { name: "Show what it changes" }).click();
  await marks.locator(".field.to .fault", { hasText: "want a time after" }).waitFor();
  assert.equal(await to.getAttribute("aria-invalid"), "true", "the fault stands at its field");
  await to.fill(dragged);
  await marks.getByLabel("For").selectOption({ index: 1 }); // the node above
  await marks.getByRole("button", { name: "Show what it changes" }).click();
  await marks.locator(".refit tbody tr").nth(1).waitFor();
  assert.match(await marks.locator(".refit").textContent(), /Concerns \d+ nodes/);
  assert.equal(await listed.count(), before, "nothing is kept yet");
  await picture(page, "marks-refit");
  await marks.getByRole("button", { name: "Keep the mark" }).click();
  await listed.filter({ hasText: note }).waitFor();
  await picture(page, "marks-kept");

  await page.reload();
  await listed.filter({ hasText: note }).getByRole("button").click();
  await marks.locator(".refit tbody tr").nth(1).waitFor();
  await marks.getByRole("button", { name: "Take it away" }).click();
  await marks.locator(".kept").waitFor();
  await listed.filter({ hasText: note }).waitFor({ state: "detached" });
  await marksAlarm(page, marks);
  await page.keyboard.press("Escape");
  await page.locator("tr.row").first().waitFor();
}

/** A past alarm fills in the form; Esc leaves the form, and not the page. */
async function marksAlarm(page, marks) {
  await marks.locator(".past-alarms").waitFor();
  const offer = marks.locator(".past-alarms li").first();
  if ((await offer.count()) === 0) return;
  const when = await offer.locator(".when").textContent();
  await offer.getByRole("button").click();
  assert.equal((await marks.getByLabel("From").inputValue()).replace("T", " "), when.slice(0, 16));
  await page.keyboard.press("Escape");
  await marks.locator(".mark-form").waitFor({ state: "detached" });
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

/** Builds a scenario from an example, compares it with another and finds both in the URL. */
async function asksWhatIf(page) {
  await page.getByRole("link", { name: "What if", exact: true }).click();
  // The last one stands there once devices have reported, too.
  await page
    .locator(".examples button")
    .nth(2)
    .waitFor({ timeout: 2 * patience });
  await page.locator(".examples button").first().click();
  await page.locator(".changes .row").first().waitFor();
  assert.match(query(page).get("load"), /^.+=1\.3@[-\d]+\.\.[-\d]+$/);

  await page.getByRole("button", { name: "Lost domain" }).click();
  await page.getByRole("combobox", { name: "Value" }).click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".totals [data-total=devices] .delta", { hasText: /^−\d/ }).waitFor();
  assert.match(query(page).get("lose"), /^\w+=.+$/);
  await page.locator(".changes .row button").first().click();
  assert.match(await page.locator(".why p").textContent(), /request/);

  await page.getByRole("button", { name: "Compare" }).click();
  const b = page.getByRole("region", { name: "Scenario B" });
  const factor = b.getByRole("spinbutton", { name: "Factor" });
  await factor.fill("0");
  await b.locator(".part.loads .fault", { hasText: "want a number above 0" }).waitFor();
  await factor.fill("2");
  await waitFor(page, () => new URL(location.href).searchParams.get("b.load")?.includes("=2@"));
  await b.locator(".fault").waitFor({ state: "detached" });
  assert.match(await b.locator(".command").textContent(), /headroom whatif --load=.+=2@.+ --lose=/);
  await page.reload();
  await page.locator(".changes.several .row").first().waitFor();
  assert.equal(await factor.inputValue(), "2", "the URL holds the scenarios");
  const request = async (nth) => {
    const shown = await page.locator(`.totals [data-total=request] td:nth-of-type(${nth}) b`).textContent();
    return Number(shown.replace(/\s/g, "")); // groups of three digits
  };
  assert.ok((await request(3)) > (await request(2)), "twice the load asks for more devices");
}

async function asksFromModule(page) {
  await page.getByRole("link", { name: "What if…" }).click();
  await page.locator(".totals").waitFor();
  assert.match(query(page).get("load"), /\/.+=1\.3$/);
}

async function speaksChinese(page) {
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("button", { name: "English" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
}

/** Sends an alarm of the first module, as Prometheus does; its name is new. */
async function ring() {
  const answer = async (path) => (await (await fetch(new URL(path, base))).json()).data;
  const { levels } = await answer("api/v1/status");
  const rows = await answer("api/v1/warnings");
  const { path } = rows.find((row) => row.level === levels.at(-1) && row.path[0] !== "this machine");
  const labels = { alertname: `Rings${Date.now()}`, severity: "critical" };
  for (const [i, level] of levels.entries()) labels[level] = path[i];
  const annotations = {
    summary: "rings for the browser",
    runbook_url: "https://wiki.example/rings",
    dashboard: "javascript:alert(1)",
  };
  const sent = await fetch(new URL("api/v2/alerts", base), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify([{ labels, annotations, startsAt: new Date().toISOString() }]),
  });
  assert.equal(sent.status, 200, await sent.text());
  return { name: labels.alertname, module: path.at(-1) };
}

/** From the funnel to one alarm, its way, taking it on and silencing it. */
async function followsAlarm(page) {
  const { name, module } = await ring();
  await page.getByRole("link", { name: "Alarms", exact: false }).first().click();
  await page.locator(".funnel .received b").filter({ hasText: /[1-9]/ }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  const row = page.locator("tr[data-id]", { hasText: name });
  await row.waitFor();
  await waitFor(page, (q) => new URL(location.href).searchParams.get("q") === q, name);
  await picture(page, "alarms");
  await row.getByRole("link", { name }).click();
  await page.locator(".trail li").first().waitFor();
  assert.match(new URL(page.url()).pathname, /\/alarms\/[0-9a-f]{16}-/);
  assert.match(await page.locator(".alarm-page h1").textContent(), new RegExp(name));
  await waitFor(page, drawn, 1);
  assert.equal(await page.locator("a[href^='javascript:']").count(), 0, "only pages are opened");
  await page.locator("a[href='https://wiki.example/rings']").first().waitFor();

  await page.keyboard.press("a");
  await page.getByLabel("Why, or what you do about it").fill("the browser looks after it");
  await page.keyboard.press("Enter");
  await page.locator(".trail .acknowledged", { hasText: "the browser looks after it" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Take it on" }).count(), 0, "it is taken on once");
  await page.getByRole("button", { name: "Silence for 4 h" }).click();
  await page.getByLabel("Comment").fill("it rings for a test");
  await page.locator(".alarm-form").getByRole("button", { name: "Silence for 4 h" }).click();
  await page.getByText(/Silenced until/).waitFor();
  await page.getByRole("link", { name: "Explain" }).click();
  await page.locator(".explanation li").first().waitFor();
  await page.reload(); // the URL holds the explanation
  await page.locator(".explanation li").first().waitFor();
  await picture(page, "alarm");

  await page.getByRole("link", { name: module }).first().click();
  await page.locator(".module-alarms", { hasText: name }).waitFor();
  await page.goto(new URL("alarms?show=mutes", base).href);
  const silence = page.locator(".mute-list li", { hasText: name });
  await silence.waitFor();
  await picture(page, "silences");
  await silence.getByRole("button").click();
  await silence.waitFor({ state: "detached" });
  await page.goto(base);
  await page.locator("tr.row").first().waitFor();
}

/** The parts of the page of alarms beside each other, none of which may stick out. */
async function readsAlarmsOnPhone(page) {
  for (const part of ["list", "stats", "mutes", "changes", "heals"]) {
    await page.goto(new URL(`alarms?show=${part}`, base).href);
    await page.locator(".alarms-page .parts [aria-current]").waitFor();
    await waitFor(page, () => !document.querySelector(".alarms-page .loading"));
    await fits(page);
    await picture(page, `alarms-${part}-phone`);
  }
  await page.goto(new URL("alarms", base).href);
  await page.locator("tr[data-id] a").first().click();
  await page.locator(".trail li").first().waitFor();
  await fits(page);
  await picture(page, "alarm-phone");
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

/** The refit of a mark without a drag, which is then not kept. */
async function marksOnPhone(page) {
  const marks = page.locator(".marks");
  await marks.locator(".open").click();
  for (const [end, time] of [
    ["from", "2026-01-01T10:00"],
    ["to", "2026-01-01T11:00"],
  ])
    await marks.locator(`.field.${end} input`).fill(time);
  await fits(page);
  await marks.locator(".main-action").click();
  await marks.locator(".refit tbody tr").first().waitFor();
  await fits(page);
  await marks.locator(".refit").scrollIntoViewIfNeeded();
  await picture(page, "marks-phone");
  await page.keyboard.press("Escape");
  await marks.locator(".open").waitFor();
}

async function readsLedgerOnPhone(page) {
  await page.getByRole("link", { name: "Ledger" }).click();
  await page.locator(".sheets").waitFor();
  await fits(page);
  await picture(page, "ledger-phone");
  await page.goto(new URL("?model=both", base).href);
  await page.locator("table.compared tr.row").first().waitFor();
  await fits(page);
  await picture(page, "table-compared-phone");
}

try {
  await open(1440, 900, async (page) => {
    await picture(page, "table");
    await keepsNote(page);
    await sorts(page);
    await filters(page);
    await choosesInTree(page);
    await movesByKeys(page);
    await comparesModels(page);
    await marksInterval(page);
    await sortsByHeadroom(page);
    await readsLedger(page);
    await asksWhatIf(page);
    await picture(page, "whatif");
    await page.getByRole("link", { name: "Warnings" }).click();
    await followsAlarm(page);
    await readsPool(page, { base, picture });
    await makesChanges(page, { base, picture, fits });
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
    await marksOnPhone(page);
    await asksFromModule(page);
    await fits(page);
    await picture(page, "whatif-phone");
    await page.getByRole("link", { name: "Warnings" }).click();
    await page.locator("tr.row").first().waitFor();
    await readsLedgerOnPhone(page);
    await readsAlarmsOnPhone(page);
    await readsPoolOnPhone(page, { base, picture, fits });
    const onPhone = (shown, name) => picture(shown, `${name}-phone`);
    await makesChanges(page, { base, picture: onPhone, fits });
  });
  console.log("the pages work at both widths");
} finally {
  await browser.close();
}
