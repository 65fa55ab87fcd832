// The day of the alarms: the funnel and its lists, taking on from the list, a mute for each night.
import assert from "node:assert/strict";
import { ring } from "../ring.mjs";

/** Each number of the funnel opens a list of exactly so many alarms. */
async function followsNumbers(page, kit) {
  await ring(kit);
  await kit.open("alarms", ".funnel .received b");
  await kit.waitFor("an alarm is counted", () =>
    /[1-9]/.test(document.querySelector(".funnel b").textContent),
  );
  const steps = await page.locator(".funnel li").evaluateAll((list) => list.map((li) => li.classList[0]));
  assert.equal(steps.length, 7, "all outcomes are counted");
  for (const step of steps) {
    await page.locator(`.funnel li.${step} a`).click();
    const outcome = step === "received" ? "all" : step;
    await kit.waitFor(
      "the outcome is in the URL",
      (o) => new URL(location.href).searchParams.get("outcome") === o,
      outcome,
    );
    // Alarms go on coming while this is read: number and list are compared as soon as they agree.
    await kit.waitFor(
      `the list of ${step} is as long as its number`,
      (name) => {
        const digits = (element) => element?.textContent.replace(/\D/g, "");
        const number = digits(document.querySelector(`.funnel li.${name} b`));
        const rows = document.querySelectorAll("tr.line:not(.member)").length;
        const said = document.querySelector(".listed:not(.old) .how-many")?.firstChild?.textContent ?? "0";
        return Number(number) <= 100 ? rows === Number(number) : said.replace(/,/g, "").includes(number);
      },
      step,
    );
  }
  await page.reload(); // the URL holds the list
  await page.locator(`.funnel li.${steps.at(-1)} a[aria-current]`).waitFor();
  await kit.open("alarms", ".timeline");
  await page.locator(".timeline summary").click();
  await page.locator(".timeline details li").first().waitFor();
  await page.locator(".timeline select").selectOption("kind");
  await kit.waitFor(
    "the lanes are in the URL",
    () => new URL(location.href).searchParams.get("lanes") === "kind",
  );
  await kit.fits();
  await kit.picture("alarms-day");
}

/** From the list, for so long and by name, and given back there and on the alarm's page. */
async function takesOn(page, kit) {
  const { name } = await ring(kit);
  const { acknowledge, author, giveBack, howLong, untilEnd } = kit.text.alarms;
  await kit.open(`alarms?q=${name}`, "tr[data-id]");
  const row = page.locator("tr[data-id]", { hasText: name });
  const form = page.locator("tr.take-on .alarm-form");
  const takes = async (lasts) => {
    await row.getByRole("button", { name: acknowledge }).click();
    await form.getByLabel(howLong).selectOption(lasts);
    await form.getByLabel(author).fill("ann");
    await kit.fits();
    await form.getByRole("button", { name: acknowledge }).click();
    await row.locator("td.acked .main", { hasText: "ann" }).waitFor();
  };
  await takes("4h");
  assert.doesNotMatch(await row.locator("td.acked").textContent(), new RegExp(untilEnd), "it has an end");
  assert.match(new URL(page.url()).pathname, /\/alarms$/, "the row was not opened");
  await row.getByRole("button", { name: giveBack }).click();
  await form.getByRole("button", { name: giveBack }).click();
  await row.getByRole("button", { name: acknowledge }).waitFor();
  await takes("");
  await page.reload();
  await row.locator("td.acked", { hasText: untilEnd }).waitFor();
  await kit.fits();
  await row.getByRole("link", { name }).click();
  await page.getByRole("button", { name: giveBack }).click();
  await page.locator(".alarm-form [name=reason]").fill("the browser has other things to do");
  await page.locator(".alarm-form").getByRole("button", { name: giveBack }).click();
  await page.locator(".trail .acknowledgement-over", { hasText: "other things to do" }).waitFor();
  await page.getByRole("button", { name: acknowledge }).waitFor();
}

/** A mute that comes again is made only after it was seen what it would have hidden, and when it holds next. */
async function mutesNights(page, kit) {
  const { name } = await ring(kit);
  const say = kit.text.alarms.mutes;
  await kit.open("alarms?show=mutes", ".alarms-page .parts [aria-current]");
  await page.getByRole("button", { name: say.newMute }).click();
  const form = page.locator(".try-form");
  await form.locator("[name=matchers]").fill(`alertname="${name}"`);
  await form.locator("[name=start]").fill("00:00");
  await form.locator("[name=end]").fill("00:00");
  await form.locator("[name=comment]").fill("the browser tries it");
  await form.getByRole("button", { name: say.preview }).click();
  await form.getByText(say.nextTimes).waitFor();
  assert.equal(await form.locator(".next-times li").count(), 1, "the whole of each day is one time");
  await form.locator("[name=start]").fill("02:00");
  await form.locator("[name=end]").fill("04:00");
  await form.locator(".preview").waitFor({ state: "detached" }); // it was of other hours
  await form.getByRole("button", { name: say.preview }).click();
  await form.locator(".next-times li").nth(4).waitFor();
  assert.match(await form.locator(".next-times li").nth(4).textContent(), /\d\d-\d\d 02:00–04:00$/);
  await kit.fits();
  await kit.picture("mute-preview");
  await form.getByRole("button", { name: say.makeMute }).click();
  const made = page.locator(".mute-list li", { hasText: name });
  await made.waitFor();
  await made.getByRole("button").click();
  await made.waitFor({ state: "detached" });
}

const both = { widths: ["wide", "phone"], languages: ["en", "zh"] };

export default [
  { name: "opens the list behind each number", writes: true, run: followsNumbers },
  { name: "takes an alarm on from the list", ...both, writes: true, run: takesOn },
  {
    name: "mutes each night after a preview",
    widths: ["wide"],
    languages: ["en", "zh"],
    writes: true,
    run: mutesNights,
  },
];
