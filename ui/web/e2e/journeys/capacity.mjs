// Capacity and growth: who is full before the next delivery, and what to do about it.
import assert from "node:assert/strict";

const number = (text) => Number(text.replace(/[^\d.−-]/g, "").replace("−", "-"));

/** Opens the page and finds the server's own numbers on it. */
async function opensCapacity(kit, query = "") {
  await kit.open(`capacity${query}`, ".short-list tbody .row");
  return { page: kit.page, say: kit.text.capacity };
}

/** Who is full before the delivery gets devices in a scenario, and then in a request. */
async function findsWhoFillsUp(page, kit) {
  const { say } = await opensCapacity(kit);
  const short = await kit.ask("api/v1/shortages");
  const shown = number(await page.locator(".pool-totals .value b").first().textContent());
  assert.ok(
    Math.abs(shown - short.filter((s) => s.fills_up).length) <= 3,
    `${shown} are full, as the server says`,
  );
  await kit.fits();
  await kit.picture("capacity");

  const row = page.locator(".short-list .row", { hasText: say.ask }).first();
  const wanted = number(await row.locator("td.order").textContent());
  await row.getByRole("link", { name: say.whatIf, exact: true }).click();
  const asked = page.locator(".totals [data-total=request] td");
  for (const scenario of [1, 2]) await asked.nth(scenario).locator("b").waitFor();
  const told = await asked.allTextContents();
  const [, without, withOrder] = told.map((text) => number(text.split(/[+−]/)[0]));
  assert.ok(without > withOrder, `the order leaves less to request: ${told.join(" | ")}`);
  await kit.fits();

  await page.goBack();
  await row.getByRole("link", { name: say.ask }).click();
  const form = page.locator("form.start-form:visible");
  await form.waitFor();
  assert.equal(Number(await form.locator('[name="devices"]').inputValue()), wanted, "the form is filled in");
  assert.equal(kit.query.get("show"), "requests");
  await kit.fits();
}

/** The picture narrows the list, by a quarter of it and by the arrow keys to one module. */
async function readsThePicture(page, kit) {
  const { say } = await opensCapacity(kit, "?show=all");
  const quarter = page.locator(".quadrants button", { hasText: say.quadrants["tight-growing"] });
  const dots = number(await quarter.locator("small").textContent());
  await quarter.click();
  await kit.waitFor("the quarter is in the URL", () => location.search.includes("in=tight-growing"));
  assert.equal(
    number((await page.locator(".short-list .rows").textContent()).split(/\D+/).find(Boolean)),
    dots,
  );
  await page.reload();
  await page.locator('.quadrants button[aria-pressed="true"]').waitFor();

  const plane = page.locator(".plane canvas");
  const { width } = await plane.boundingBox();
  await plane.click({ position: { x: width - 30, y: 24 } }); // no module has that much of both
  await kit.waitFor("the other quarter is in the URL", () => location.search.includes("in=roomy-growing"));
  await page.getByTitle(say.clearPart).click();
  await kit.waitFor("no quarter is in the URL", () => !location.search.includes("in="));

  await plane.focus();
  await page.keyboard.press("ArrowRight");
  const name = await page.locator(".reading b").textContent();
  await page.keyboard.press("Enter");
  await page.locator(".module-page h1", { hasText: name }).waitFor();
}

/** The runway goes down the tree, level by level, to a module. */
async function goesDown(page, kit) {
  await opensCapacity(kit, "?show=all");
  for (let depth = 1; depth < 4; depth++) {
    await page.locator(".runways button").first().click();
    await kit.waitFor(
      `the page is ${depth} levels down`,
      (deep) => new URL(location.href).searchParams.get("path")?.split("/").length === deep,
      depth,
    );
  }
  await page.locator(".short-list tbody .row").first().waitFor();
  await kit.fits();
  await page.locator(".runways button").first().click();
  await page.locator(".module-page h1").waitFor();
}

const both = { widths: ["wide", "phone"], languages: ["en", "zh"] };

export default [
  { name: "finds who is full before the delivery and asks for devices", ...both, run: findsWhoFillsUp },
  { name: "reads the picture", run: readsThePicture },
  { name: "goes down the runways", widths: ["phone"], run: goesDown },
];
