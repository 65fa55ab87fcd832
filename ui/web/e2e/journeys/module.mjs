// The page of a module.
import assert from "node:assert/strict";

/** Opens the page of the first module of the table. */
export async function opensModule(page, kit) {
  await kit.open();
  await page.locator("td.path a").first().click();
  await page.locator(".headline").waitFor();
  await kit.waitForCharts(2);
  assert.match(new URL(page.url()).pathname, /\/module\/./);
}

async function readsModule(page, kit) {
  await opensModule(page, kit);
  assert.ok((await page.locator(".facts dt").count()) > 10, "facts are shown");
  await page.reload(); // the server answers the page's own address
  await kit.waitForCharts(2);
  await kit.fits();
  await kit.picture("module");
  const devices = page.locator(".nodes-panel tbody tr");
  await devices.first().waitFor();
  assert.match(await devices.first().textContent(), /\d/);
  const legend = page.locator(".day-panel .u-legend .u-value");
  for (const value of await legend.allTextContents()) assert.ok(value, "the legend says what is now");
}

/** The hours of the week, walked through by keys. */
async function walksThroughWeek(page, kit) {
  await opensModule(page, kit);
  const hours = page.locator(".heat button");
  await hours.nth(167).waitFor();
  await page.locator(".heat [tabindex='0']").focus();
  const focused = () => page.evaluate(() => document.activeElement?.dataset.cell);
  const isNow = await page.evaluate(() => document.activeElement?.classList.contains("now"));
  assert.ok(isNow, "it begins with this hour");
  for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  assert.equal(Number(await focused()) % 24, 2);
  const said = await page.locator(".heat-said").textContent();
  const label = await page.evaluate(() => document.activeElement?.firstChild?.textContent);
  assert.ok(said.startsWith(label), `${label} is read as ${said}`);
  assert.match(label, /02:00–03:00.*\d\.\d %/);
  assert.equal(await page.locator(".heat [tabindex='0']").count(), 1, "one hour takes the focus");
  const numbers = () => page.locator(".heat").innerText();
  const means = await numbers();
  await page.locator(".heat-panel select").selectOption("peak");
  await kit.waitFor("the URL says what is shown", () => location.search.includes("heat=peak"));
  assert.notEqual(await numbers(), means, "peaks are higher than means");
  await page.reload();
  await hours.nth(167).waitFor();
  assert.equal(await page.locator(".heat-panel select").inputValue(), "peak");
}

/** From the module to the form of the alarms, filled in, and back to the mute on the day. */
async function mutesModule(page, kit) {
  await opensModule(page, kit);
  const { pathname } = new URL(page.url());
  const name = await page.locator(".module-page h1").textContent();
  await page.locator(".actions-bar").getByRole("link", { name: "Mute" }).click();
  const form = page.locator(".try-form");
  const matchers = await form.locator("[name=matchers]").inputValue();
  assert.ok(matchers.includes(`module="${name}"`), matchers);
  const comment = `the disk is moved ${Date.now()}`;
  await form.locator("[name=comment]").fill(comment);
  await form.locator("button[type=submit]").click();
  await form.locator(".preview").waitFor();
  await form.locator("button[type=submit]").click();
  const silence = page.locator(".mute-list li", { hasText: comment });
  await silence.waitFor();

  await kit.open(pathname.slice(1), ".headline");
  await page.locator(`.lane-mutes [title*="${comment}"]`).waitFor({ state: "attached" });
  await kit.picture("module-muted");
  await kit.open("alarms?show=mutes", ".alarms-page");
  await silence.getByRole("button").click();
  await silence.waitFor({ state: "detached" });
}

/** The request for devices, filled in from the forecast. */
async function asksForDevices(page, kit) {
  await opensModule(page, kit);
  await page.locator(".actions-bar").getByRole("link", { name: "Ask for devices" }).click();
  const form = page.locator(".start-form");
  await form.waitFor();
  assert.equal(kit.query.get("show"), "requests");
  const module = await form.locator("[name=module]").inputValue();
  assert.equal(module, kit.query.get("path"), "the form is about the module");
  await kit.picture("module-asks");
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  const typed = [
    ["Devices", "1"],
    ["Needed by", day],
    ["Why", `it grows ${Date.now()}`],
    ["Your name", "ann"],
  ];
  for (const [label, value] of typed) await form.getByLabel(label, { exact: true }).fill(value);
  await form.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator(".request", { has: page.locator(".opened") }).waitFor();
}

/** A node above modules lists what is below it, each a way on. */
async function goesDown(page, kit) {
  const [top] = (await kit.ask("api/v1/tree")).filter(({ modules }) => modules > 1);
  await kit.open(`module/${top.id.split("/").map(encodeURIComponent).join("/")}`, ".children tbody tr");
  const child = page.locator(".children tbody th a").first();
  const name = await child.textContent();
  await child.click();
  await page.locator(".module-page h1", { hasText: name }).waitFor();
  await kit.fits();
}

/** How much of the window may move by how much of it, as the Layout Instability API counts. */
const tolerance = 0.001;

/** Counts from the first paint on what moves. */
function countShifts() {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      window.shifts.push([value, ...sources.map(({ node }) => node?.className ?? "?")]);
  }).observe({ type: "layout-shift", buffered: true });
}

/** Answers come one after another, as over a slow line; what is there already stays where it is. */
async function fillsInPlace(page, kit) {
  const { width } = page.viewportSize();
  await page.setViewportSize({ width, height: 4000 }); // all of it counts
  const [{ id }] = await kit.ask("api/v1/warnings?state=ok");
  let asked = 0;
  await page.route(/api\/v1\/(?!live)/, async (route) => {
    await new Promise((done) => setTimeout(done, 100 * (1 + (asked++ % 8))));
    await route.continue();
  });
  await page.addInitScript(countShifts);
  await kit.open(`module/${id.split("/").map(encodeURIComponent).join("/")}`, ".headline");
  await kit.settles();
  await page.locator(".arithmetic").waitFor();
  await page.waitForTimeout(500); // what came last is drawn
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((all, [value]) => all + value, 0);
  assert.ok(sum < tolerance, `what moves: ${JSON.stringify(shifts)}`);
  await page.unrouteAll({ behavior: "ignoreErrors" });
}

export default [
  { name: "fills in place", widths: ["wide", "phone"], run: fillsInPlace },
  { name: "opens from the table", widths: ["wide", "phone"], languages: ["en", "zh"], run: readsModule },
  { name: "reads the week by keys", run: walksThroughWeek },
  { name: "mutes", writes: true, run: mutesModule },
  { name: "asks for devices", writes: true, run: asksForDevices },
  { name: "goes down the tree", widths: ["wide", "phone"], run: goesDown },
];
