// Every page in every look, judged by axe: nothing serious may be found. None is wider than its window.
import assert from "node:assert/strict";
import axe from "axe-core";
import { pages } from "../pages.mjs";
import { places } from "../places.mjs";

/** What axe finds on the page that is open; all of its rules, or some. */
async function judge(page, rules) {
  const found = await page.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ["violations"],
      ...(runOnly && { runOnly }),
    });
    return violations.map(({ impact, id, nodes }) => ({
      impact,
      id,
      where: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
    }));
  }, rules);
  return found.filter(({ impact }) => impact === "serious" || impact === "critical");
}

/** Changes the scheme and waits until the colours have: a half-way one has no contrast. */
async function turns(page, colorScheme) {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    await frame();
  });
}

/** Judges the page in light, and its colours once more in dark. */
async function judgeInBoth(page) {
  await page.evaluate(axe.source); // not as a script of the page: its own policy forbids that
  await turns(page, "light");
  const light = await judge(page);
  await turns(page, "dark");
  const dark = await judge(page, ["color-contrast"]);
  return [...light, ...dark.map((f) => ({ ...f, id: `${f.id} in dark` }))];
}

async function findsNothing(page, kit) {
  const at = await places(kit);
  const faults = [];
  for (const { name, path, shows } of pages) {
    await kit.open(path(at), shows);
    await kit.settles();
    if (kit.width === "wide") await kit.fitsBetween();
    for (const { impact, id, where } of await judgeInBoth(page))
      faults.push([`${name}: ${impact}: ${id}`, ...where].join("\n      "));
  }
  assert.equal(faults.length, 0, `axe finds\n    ${faults.join("\n    ")}`);
}

/** What opens over the pages. */
async function findsNothingAbove(page, kit) {
  await kit.open();
  const faults = [];
  for (const [key, shown] of [
    ["?", "dialog"],
    ["Control+k", "dialog.find"],
  ]) {
    await page.keyboard.press(key);
    await page.locator(shown).waitFor();
    for (const { id, where } of await judgeInBoth(page))
      faults.push([`${key}: ${id}`, ...where].join("\n      "));
    await page.keyboard.press("Escape");
    await page.locator(shown).waitFor({ state: "detached" });
  }
  assert.equal(faults.length, 0, `axe finds\n    ${faults.join("\n    ")}`);
}

// Each language, each width and both schemes; what a language lacks, its type says.
const looks = [
  { widths: ["wide"], languages: ["en"] },
  { widths: ["phone"], languages: ["zh"] },
];

export default looks.flatMap((look) => [
  { name: "every page", ...look, run: findsNothing },
  { name: "help and search", ...look, run: findsNothingAbove },
]);
