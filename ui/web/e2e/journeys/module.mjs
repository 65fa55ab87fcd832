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
}

export default [
  { name: "opens from the table", widths: ["wide", "phone"], languages: ["en", "zh"], run: readsModule },
];
