// The server is killed while pages are open, is there again, and starts slowly.
import assert from "node:assert/strict";
import { door } from "../door.mjs";
import { pages } from "../pages.mjs";
import { places } from "../places.mjs";

/** Opens pages of the list, each in a tab; a browser opens at most six connections to a server. */
async function tabs(kit, names) {
  const at = await places(kit);
  const open = [];
  for (const { name, path, shows } of pages.filter((page) => names.includes(page.name))) {
    const tab = await kit.context.newPage();
    await tab.goto(kit.url(path(at)));
    await tab.locator(shows).first().waitFor();
    open.push({ name, tab, shows });
  }
  return open;
}

/** What the console says of a server that is away is as it should be. */
function excuse(kit) {
  kit.faults = kit.faults.filter((fault) => !/net::ERR_|503 \(/.test(fault));
}

const greyed = () =>
  getComputedStyle(document.querySelector("main:not([hidden])")).filter.includes("grayscale(1)");
const fresh = () => document.querySelector(".freshness.fresh") && !document.querySelector(".lost, .failure");

/** What pages show stays, grey and with its age, until the server is there again. */
async function staysGrey(_page, kit) {
  await places(kit); // not through the door
  const way = await door(kit.base);
  kit.base = way.base;
  const open = await tabs(kit, ["table", "module", "alarms", "pool-nodes"]);
  await way.shut();
  for (const { name, tab, shows } of open) {
    await tab.getByText(kit.text.disconnected).waitFor();
    await tab.waitForFunction(greyed);
    assert.ok(await tab.locator(shows).first().isVisible(), `${name} keeps what it has shown`);
    assert.ok(await tab.locator(".freshness .age").isVisible(), `${name} tells how old that is`);
  }
  await way.open();
  for (const { tab, shows } of open) {
    await tab.waitForFunction(fresh);
    await tab.waitForFunction(
      () => getComputedStyle(document.querySelector("main:not([hidden])")).filter === "none",
    );
    await tab.locator(shows).first().waitFor();
    await tab.close();
  }
  excuse(kit);
  await way.shut();
}

/** A page that is opened while the server starts says so, counts nothing, and fills by itself. */
async function waitsForTheServer(page, kit) {
  const way = await door(kit.base);
  kit.base = way.base;
  await way.open("the log is read");
  await page.goto(kit.url(""));
  await page
    .getByRole("alert")
    .filter({ hasText: kit.text.failed("the log is read") })
    .waitFor();
  assert.equal(await page.locator(".chip b").first().isVisible(), false, "nothing is counted");
  await kit.fits();
  await kit.picture("starting");
  await way.open();
  await page.locator("tr.row").first().waitFor();
  await page.waitForFunction(fresh);
  await page.close();
  excuse(kit);
  await way.shut();
}

export default [
  { name: "what was shown stays, grey, while the server is away", beside: true, run: staysGrey },
  {
    name: "waits for a server that starts",
    beside: true,
    languages: ["en", "zh"],
    widths: ["wide", "phone"],
    run: waitsForTheServer,
  },
];
