// Scenarios: more load, a lost domain, two beside each other.
import assert from "node:assert/strict";
import { patience } from "../kit.mjs";
import { opensModule } from "./module.mjs";

/** Builds a scenario from an example, compares it with another and finds both in the URL. */
async function asksWhatIf(page, kit) {
  await kit.open();
  await page.getByRole("link", { name: "What if", exact: true }).click();
  // The last one stands there once devices have reported, too.
  const examples = page.locator(".examples button");
  await examples.nth(2).waitFor({ timeout: 2 * patience });
  await examples.first().click();
  await page.locator(".changes .row").first().waitFor();
  assert.match(kit.query.get("load"), /^.+=1\.3@[-\d]+\.\.[-\d]+$/);

  await page.getByRole("button", { name: "Lost domain" }).click();
  await page.getByRole("combobox", { name: "Value" }).click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".totals [data-total=devices] .delta", { hasText: /^−\d/ }).waitFor();
  assert.match(kit.query.get("lose"), /^\w+=.+$/);
  await page.locator(".changes .row button").first().click();
  assert.match(await page.locator(".why p").textContent(), /request/);
  await comparesWithDouble(page, kit);
  await kit.picture("whatif");
}

/** Adds a second scenario with twice the load; its faults stand at their fields. */
async function comparesWithDouble(page, kit) {
  await page.getByRole("button", { name: "Compare" }).click();
  const b = page.getByRole("region", { name: "Scenario B" });
  const factor = b.getByRole("spinbutton", { name: "Factor" });
  await factor.fill("0");
  await b.locator(".part.loads .fault", { hasText: "want a number above 0" }).waitFor();
  await factor.fill("2");
  const doubled = () => new URL(location.href).searchParams.get("b.load")?.includes("=2@");
  await kit.waitFor("scenario B is in the URL", doubled);
  await b.locator(".fault").waitFor({ state: "detached" });
  assert.match(await b.locator(".command").textContent(), /headroom whatif --load=.+=2@.+ --lose=/);
  await page.reload();
  await page.locator(".changes.several .row").first().waitFor();
  assert.equal(await factor.inputValue(), "2", "the URL holds the scenarios");
  const request = async (nth) => {
    const shown = await page.locator(`.totals [data-total=request] td:nth-of-type(${nth}) b`).textContent();
    return Number(shown.replace(/,/g, "")); // groups of three digits
  };
  assert.ok((await request(3)) > (await request(2)), "twice the load asks for more devices");
}

async function asksFromModule(page, kit) {
  await opensModule(page, kit);
  await page.getByRole("link", { name: "What if…" }).click();
  await page.locator(".totals").waitFor();
  assert.match(kit.query.get("load"), /\/.+=1\.3$/);
  await kit.fits();
  await kit.picture("whatif");
}

export default [
  { name: "compares two scenarios", allow: [/\/api\/v1\/whatif/], run: asksWhatIf },
  { name: "begins at a module", widths: ["phone"], run: asksFromModule },
];
