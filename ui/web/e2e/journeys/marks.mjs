// Intervals that are marked as an incident, and the refit that they bring.
import assert from "node:assert/strict";
import { opensModule } from "./module.mjs";

/** Drags over the chart of the day, from one share of its width to another. */
async function dragsOverDay(page, from, to) {
  const plot = page.locator(".plot .u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await plot.boundingBox();
  await page.mouse.move(x + from * width, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + to * width, y + height / 2, { steps: 4 });
  await page.mouse.up();
}

/** Marks an interval once its refit was seen, and takes the mark away again. */
async function marksInterval(page, kit) {
  await opensModule(page, kit);
  const marks = page.locator(".marks");
  const listed = marks.locator(".mark-list li");
  const before = await listed.count();
  const note = `cut ${Date.now()}`;
  await marks.getByRole("button", { name: "Mark an interval" }).click();
  const [from, to] = ["From", "To (exclusive)"].map((name) => marks.getByLabel(name));
  await dragsOverDay(page, 0.2, 0.3);
  const dragged = await to.inputValue();
  assert.ok((await from.inputValue()) < dragged, "the drag fills in an interval");
  await marks.getByLabel("Note").fill(note);

  await to.fill("2020-01-01T00:00");
  await marks.getByRole("button", { name: "Show what it changes" }).click();
  await marks.locator(".field.to .fault", { hasText: "want a time after" }).waitFor();
  assert.equal(await to.getAttribute("aria-invalid"), "true", "the fault stands at its field");
  await to.fill(dragged);
  await marks.getByLabel("For").selectOption({ index: 1 }); // the node above
  await marks.getByRole("button", { name: "Show what it changes" }).click();
  await marks.locator(".refit tbody tr").nth(1).waitFor();
  assert.match(await marks.locator(".refit").textContent(), /Concerns \d+ nodes/);
  assert.equal(await listed.count(), before, "nothing is kept yet");
  await kit.picture("marks-refit");
  await marks.getByRole("button", { name: "Keep the mark" }).click();
  await listed.filter({ hasText: note }).waitFor();
  await kit.picture("marks-kept");

  await page.reload();
  await listed.filter({ hasText: note }).getByRole("button").click();
  await marks.locator(".refit tbody tr").nth(1).waitFor();
  await marks.getByRole("button", { name: "Take it away" }).click();
  await marks.locator(".kept").waitFor();
  await listed.filter({ hasText: note }).waitFor({ state: "detached" });
  await marksAlarm(page, marks);
  await page.keyboard.press("Escape");
  await page.locator("tr.row").first().waitFor();
}

/** A past alarm fills in the form; Esc leaves the form, and not the page. */
async function marksAlarm(page, marks) {
  await marks.locator(".past-alarms").waitFor();
  const offer = marks.locator(".past-alarms li").first();
  if ((await offer.count()) === 0) return;
  const when = await offer.locator(".when").textContent();
  await offer.getByRole("button").click();
  assert.equal((await marks.getByLabel("From").inputValue()).replace("T", " "), when.slice(0, 16));
  await page.keyboard.press("Escape");
  await marks.locator(".mark-form").waitFor({ state: "detached" });
}

/** The refit of a mark without a drag, which is then not kept. */
async function marksOnPhone(page, kit) {
  await opensModule(page, kit);
  const marks = page.locator(".marks");
  await marks.locator(".open").click();
  for (const [end, time] of [
    ["from", "2026-01-01T10:00"],
    ["to", "2026-01-01T11:00"],
  ])
    await marks.locator(`.field.${end} input`).fill(time);
  await kit.fits();
  await marks.locator(".main-action").click();
  await marks.locator(".refit tbody tr").first().waitFor();
  await kit.fits();
  await marks.locator(".refit").scrollIntoViewIfNeeded();
  await kit.picture("marks");
  await page.keyboard.press("Escape");
  await marks.locator(".open").waitFor();
}

export default [
  { name: "shows the refit and keeps it", writes: true, allow: [/\/api\/v1\/marks/], run: marksInterval },
  { name: "shows the refit", widths: ["phone"], run: marksOnPhone },
];
