// Alarms: from the funnel to one of them, its way, taking it on and silencing it.
import assert from "node:assert/strict";
import { ring } from "../ring.mjs";

/** Finds an alarm by its name, from the funnel to its page. */
async function findsAlarm(page, kit, name) {
  await page.getByRole("link", { name: "Alarms", exact: false }).first().click();
  await page.locator(".funnel .received b").filter({ hasText: /[1-9]/ }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  const row = page.locator("tr[data-id]", { hasText: name });
  await row.waitFor();
  await kit.waitFor(
    "the search is in the URL",
    (q) => new URL(location.href).searchParams.get("q") === q,
    name,
  );
  await kit.picture("alarms");
  await row.getByRole("link", { name }).click();
  await page.locator(".trail li").first().waitFor();
  assert.match(new URL(page.url()).pathname, /\/alarms\/[0-9a-f]{16}-/);
  assert.match(await page.locator(".alarm-page h1").textContent(), new RegExp(name));
}

async function followsAlarm(page, kit) {
  const { name, module } = await ring(kit);
  await kit.open();
  await findsAlarm(page, kit, name);
  await kit.waitForCharts(1);
  assert.equal(await page.locator("a[href^='javascript:']").count(), 0, "only pages are opened");
  await page.locator("a[href='https://wiki.example/rings']").first().waitFor();

  await page.keyboard.press("a");
  await page.getByLabel("For how long").selectOption("4h");
  await page.locator(".alarm-form").getByRole("button", { name: "Take it on" }).click();
  await page.locator(".headline", { hasText: /took it on at .* until|taken on at .* until/ }).waitFor();
  await page.keyboard.press("a"); // it takes longer
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
  await kit.picture("alarm");

  await page.getByRole("link", { name: module }).first().click();
  await page.locator(".module-alarms", { hasText: name }).waitFor();
  await kit.open("alarms?show=mutes", ".alarms-page");
  const silence = page.locator(".mute-list li", { hasText: name });
  await silence.waitFor();
  await kit.picture("silences");
  await silence.getByRole("button").click();
  await silence.waitFor({ state: "detached" });
}

/** The parts of the page, none of which may stick out. */
async function readsOnPhone(page, kit) {
  const { name } = await ring(kit);
  for (const part of ["list", "stats", "mutes", "changes", "heals"]) {
    await kit.open(`alarms?show=${part}`, ".alarms-page .parts [aria-current]");
    await kit.waitFor(`the part ${part} is loaded`, () => !document.querySelector(".alarms-page .loading"));
    await kit.fits();
    await kit.picture(`alarms-${part}`);
  }
  await kit.open(`alarms?q=${name}`, "tr[data-id] a");
  await page.locator("tr[data-id] a").first().click();
  await page.locator(".trail li").first().waitFor();
  await kit.fits();
  await kit.picture("alarm");
}

export default [
  { name: "takes one on and silences it", writes: true, run: followsAlarm },
  { name: "reads all parts", widths: ["phone"], writes: true, run: readsOnPhone },
];
