// While snapshots come, nothing on a page may jump.
//
// What happens meanwhile, as an alarm that rings for the first time, may well take room of its
// own: so a page is at fault if something moves with one snapshot, and with the next, and once more.
import assert from "node:assert/strict";
import { pages } from "../pages.mjs";
import { places } from "../places.mjs";

/** How much of the window may move by how much of it, as the Layout Instability API counts. */
const tolerance = 0.001;
const looks = 3; // each from one snapshot to the next

/** Counts in the page what moves without anybody's doing, and the snapshots that come. */
function count() {
  const seen = { snapshots: 0, shift: 0, moved: [] };
  window.seen = seen;
  const words = (node) => (node ? `${node.nodeName}.${node.className ?? ""}` : "something that is gone");
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      for (const { node, previousRect: a, currentRect: b } of entry.sources)
        seen.moved.push(
          `${words(node)} from ${a.x},${a.y} ${a.width}×${a.height} to ${b.x},${b.y} ${b.width}×${b.height}`,
        );
    }
  }).observe({ type: "layout-shift" }); // from now on: what happens while a page fills is no live update
  const source = new EventSource(new URL("api/v1/live", document.baseURI));
  source.addEventListener("snapshot", () => seen.snapshots++);
}

/** Opens a page of the list in a tab of its own and waits until it has filled. */
async function watch(kit, { path, still = path, shows }, at) {
  const tab = await kit.context.newPage();
  await tab.goto(kit.url(still(at)));
  await tab.locator(shows).first().waitFor();
  await tab.waitForFunction(() => !document.querySelector("main :is(.loading, [aria-busy=true])"));
  await tab.evaluate(() => document.fonts.ready);
  await tab.waitForTimeout(1000); // charts are drawn
  await tab.evaluate(count);
  return tab;
}

/** What moves in a tab until the next snapshots have come; nothing: "". */
async function moves(tab, snapshots) {
  const enough = (n) => window.seen.snapshots >= n;
  await tab.waitForFunction(enough, snapshots, { timeout: 90_000 });
  await tab.waitForTimeout(1000); // it is asked for and drawn
  const { shift, moved } = await tab.evaluate(() => {
    const { shift, moved } = window.seen;
    Object.assign(window.seen, { snapshots: 0, shift: 0, moved: [] });
    return { shift, moved };
  });
  return shift > tolerance ? [shift.toFixed(4), ...new Set(moved)].join("\n      ") : "";
}

async function staysStill(kit, some) {
  const at = await places(kit);
  const tabs = [];
  for (const page of some) tabs.push([page.name, await watch(kit, page, at)]);
  const faults = [];
  for (const [name, tab] of tabs) {
    let fault = await moves(tab, 2); // the first tells what is there
    for (let look = 1; fault && look < looks; look++) fault = await moves(tab, 1);
    if (fault) faults.push(`${name}: ${fault}`);
  }
  assert.equal(faults.length, 0, `what moves\n    ${faults.join("\n    ")}`);
}

// A browser opens at most six connections to a server, and each page listens on one or two.
const main = pages.filter((page) => page.main && page.still !== null);
const groups = Array.from({ length: Math.ceil(main.length / 2) }, (_, i) => main.slice(2 * i, 2 * i + 2));

export default groups.map((some) => ({
  name: `nothing moves on ${some.map((page) => page.name).join(", ")}`,
  beside: true, // it waits far more than it works
  run: (_page, kit) => staysStill(kit, some),
}));
