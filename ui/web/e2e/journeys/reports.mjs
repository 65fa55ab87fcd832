// The monthly report: read as a page, had as a file, published once and for all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** Presses the link of a format and returns the first letters of the file that comes. */
async function beginningOf(page, say, format) {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: say.download(format) }).click(),
  ]);
  return {
    name: file.suggestedFilename(),
    begins: (await readFile(await file.path(), "latin1")).slice(0, 5),
  };
}

/** The list leads to the running month, whose report says what the server says of it. */
async function readsReport(page, kit) {
  const say = kit.text.reports;
  await kit.open("reports", ".months tbody .row");
  await kit.fits();
  await kit.picture("reports");
  const { months } = await kit.ask("api/v1/reports");
  await page.getByRole("link", { name: months[0].month, exact: true }).click();
  await page.locator(".paper h2").first().waitFor();
  assert.match(new URL(page.url()).pathname, /\/reports\/\d{4}-\d\d$/);
  const headline = await page.locator(".paper .headline").textContent();
  assert.match(headline, kit.language === "zh" ? /[\u4e00-\u9fff]/ : /devices|device/);
  await kit.fits();
  await kit.picture("report");

  const pdf = await beginningOf(page, say, "PDF");
  assert.equal(pdf.begins, "%PDF-");
  assert.ok(pdf.name.endsWith(`.${say.language}.pdf`), pdf.name);
  const link = page.locator(".paper section#request td a").first();
  const module = await link.textContent();
  await link.click();
  await page.locator(".module-page h1", { hasText: module.split(" → ").at(-1) }).waitFor();
}

/** Publishing is asked for once more; what is published has its checksum, and stays. */
async function publishes(page, kit) {
  const say = kit.text.reports;
  const { months } = await kit.ask("api/v1/reports");
  const { month, published } = months[0];
  await kit.open(`reports/${month}`, ".paper h2");
  if (!published) {
    const publish = page.getByRole("button", { name: `${say.publish}…` });
    await publish.click();
    await kit.waitFor("a button of the question has the focus", () =>
      document.activeElement?.matches("[role=alertdialog] button"),
    );
    await page.keyboard.press("Escape"); // on the button that cancels
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    await publish.click();
    await kit.picture("report-publish");
    await page.getByRole("button", { name: say.forGood }).click();
  }
  await page.locator(".report-state .published").waitFor();
  const kept = (await kit.ask("api/v1/reports")).months[0];
  assert.equal(await page.locator(".files code").textContent(), kept.sha256);
  await page.locator(".paper h2").first().waitFor();
  assert.equal(await page.getByRole("button", { name: `${say.publish}…` }).count(), 0, "it is final");
  assert.equal((await beginningOf(page, say, "PDF")).begins, "%PDF-");
  await page.getByRole("heading", { name: say.deliveries }).waitFor();
  await kit.fits();
  await kit.picture("report-published");
}

export default [
  { name: "is read and had as a file", widths: ["wide", "phone"], languages: ["en", "zh"], run: readsReport },
  { name: "is published for good", writes: true, run: publishes },
];
