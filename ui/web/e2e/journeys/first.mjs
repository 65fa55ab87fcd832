// The way from asking for the table to its rows: first lines in their place, then the first rows, then all.
import assert from "node:assert/strict";

const first = "api/v1/warnings?sort=-deviates&limit=60";

/** Holds answers back until it is opened. */
function gate() {
  let open;
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Answers of one snapshot, by their address. */
async function sameMinute(kit, paths) {
  for (;;) {
    const { published } = await kit.ask("api/v1/status");
    const answers = new Map();
    for (const path of paths) answers.set(kit.url(path), await (await fetch(kit.url(path))).text());
    if ((await kit.ask("api/v1/status")).published === published) return answers;
  }
}

/** Nothing moves where the rows come in two parts, and nothing is said that is not known yet. */
async function comesInParts(page, kit) {
  const answers = await sameMinute(kit, [first, "api/v1/warnings", "api/v1/growth"]);
  const gates = [gate(), gate()];
  await page.route(/api\/v1\/(warnings|growth)/, async (route) => {
    const url = route.request().url();
    await gates[url.includes("limit=") ? 0 : 1].opened;
    await route.fulfill({ body: answers.get(url), contentType: "application/json" });
  });
  await page.route("**/api/v1/live", () => {}); // what happens meanwhile may take room of its own
  await page.addInitScript(() => {
    window.moved = 0;
    const add = (list) => {
      for (const entry of list.getEntries()) window.moved += entry.value;
    };
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(kit.url(""));
  await page.locator(".pane.waiting").waitFor();
  await kit.picture("table-waits");
  gates[0].open();
  await page.locator("tr.row").first().waitFor();
  await page.locator(".pane[aria-busy=true]").waitFor();
  assert.equal(await page.locator(".chip-line .chip").count(), 0, "nothing is counted yet");
  assert.equal((await page.locator(".toolbar .rows").textContent()).trim(), "");
  await kit.picture("table-begins");
  const names = () =>
    page.locator("td.path a").evaluateAll((all) => all.slice(0, 8).map(({ title }) => title));
  const begun = await names();
  gates[1].open();
  await page.locator(".pane[aria-busy=false]").waitFor();
  await page.locator(".chip-line .chip").first().waitFor();
  assert.deepEqual(await names(), begun, "the first rows are the first of all");
  const { moved, asked } = await page.evaluate(() => ({
    moved: window.moved,
    asked: performance.getEntriesByType("resource").map(({ name }) => name),
  }));
  assert.ok(moved < 0.001, `what is there moves when more comes: ${moved}`);
  for (const path of [first, "api/v1/status", "api/v1/tree?modules=false"])
    assert.equal(asked.filter((url) => url === kit.url(path)).length, 1, `${path} is asked for once`);
}

export default [
  { name: "comes in parts that stay where they are", widths: ["wide", "phone"], run: comesInParts },
];
