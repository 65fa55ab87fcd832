// The ledger: how right the forecasts were.
import assert from "node:assert/strict";

/** From the sum to a module's own; a young demo still fills its ledger. */
async function readsLedger(page, kit) {
  const { summary } = await kit.ask("api/v1/ledger");
  await kit.open();
  await page.getByRole("link", { name: "Ledger" }).click();
  assert.match(new URL(page.url()).pathname, /\/ledger$/);
  await page.locator(".sheets").waitFor();
  const isThere = (horizon) => summary.some((s) => s.horizon === horizon && s.scored > 0);
  if (!isThere("09:00") || !isThere("12:00")) return;
  const chosen = page.locator("tr.chosen").first(); // replayed and not are two rows
  await chosen.waitFor();
  assert.match(await chosen.textContent(), /12:00/, "noon is shown first");
  await kit.waitForCharts(1); // the error by day
  await kit.picture("ledger");
  await page.getByRole("button", { name: "09:00" }).first().click();
  const isChosen = () => new URL(location.href).searchParams.get("horizon") === "09:00";
  await kit.waitFor("the URL holds the horizon", isChosen);
  await page.locator(".worst h2", { hasText: "09:00" }).waitFor();
  await page.reload(); // the URL holds the choice
  await page.locator(".worst h2", { hasText: "09:00" }).waitFor();
  await page.locator(".worst a").first().click();
  await kit.waitForCharts(3);
  assert.ok((await page.locator(".module-page .summary tbody tr").count()) > 1, "errors by horizon");
  await kit.picture("module-ledger");
  await page.locator(".singles summary").click();
  const single = page.locator(".singles tbody a").first();
  const name = await single.textContent();
  await single.click(); // each forecast explains itself
  await page.locator(".explanation li").first().waitFor();
  assert.match(kit.query.get("id"), /^forecast:\d{4}-\d\d-\d\d\//, name);
  await page.goBack();
  await page.locator(".singles").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("tr.row").first().waitFor();
}

async function fitsOnPhone(page, kit) {
  await kit.open();
  await page.getByRole("link", { name: kit.text.pages.ledger }).click();
  await page.locator(".sheets").waitFor();
  await kit.fits();
  await kit.picture("ledger");
}

export default [
  { name: "leads to the worst module", run: readsLedger },
  { name: "fits", widths: ["phone"], run: fitsOnPhone },
];
