// Drives the pages in a real browser against a running server that has a filled table:
//
//   BASE_URL=http://127.0.0.1:7480 npm run e2e [-- --only=WORD] [--jobs=N] [--list]
//
// --only takes the journeys whose file or name holds the word. CHROMIUM names the browser,
// SCREENSHOTS a folder for pictures of the steps and of what failed.
//
// To add a journey, put it into a file of its area, journeys/AREA.mjs, which exports a list:
//
//   export default [
//     {
//       name: "finds the module that deviates",
//       widths: ["wide", "phone"],   // default ["wide"]: 1440 or 390 pixels
//       languages: ["en", "zh"],     // default ["en"]
//       schemes: ["light", "dark"],  // default ["light"]
//       beside: true,                // it waits more than it works: it runs beside all others; default false
//       writes: true,                // it changes what the server keeps; default false
//       zone: "UTC",                 // of the browser; default: this machine's
//       allow: [/\/api\/v1\/marks/], // addresses whose refusals (4xx) it asks for
//       async run(page, kit) {
//         await kit.open("alarms?show=list", ".alarms-page"); // the path, and what to wait for
//         await page.getByRole("button", { name: kit.text.alarms.take }).click();
//         await kit.waitFor("the search is in the URL", () => location.search.includes("q="));
//         await kit.fits();
//         await kit.picture("alarms");
//       },
//     },
//   ];
//
// It runs once for each width, language and scheme, in a context of its own. Two run at a time,
// but of those that write only one of an area. `page` is Playwright's, `kit` is in kit.mjs; texts
// are those of the pages (src/text), so that a journey can run in both languages. Every error of
// the console, exception and request to another host fails the journey that caused it.
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { casesOf, findJourneys } from "./cases.mjs";
import { Kit } from "./kit.mjs";
import { loadTexts } from "./texts.mjs";

const option = (name) => process.argv.find((arg) => arg.startsWith(`--${name}`))?.replace(/^[^=]*=?/, "");
const cases = casesOf(await findJourneys(), option("only") ?? "");
if (cases.length === 0) throw new Error(`no journey is called ${option("only")}`);
if (option("list") !== undefined) {
  for (const { title } of cases) console.log(title);
  process.exit();
}

const base = process.env.BASE_URL;
if (!base) throw new Error("BASE_URL is not set: the address of a server with a filled table");
const pictures = process.env.SCREENSHOTS;
if (pictures) await mkdir(pictures, { recursive: true });

const texts = await loadTexts();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(7);

/** Runs one case, and tells whether it went well. */
async function runs(one) {
  const began = performance.now();
  const kit = await Kit.for(browser, one, { base, pictures, text: texts[one.language] });
  try {
    await one.journey.run(kit.page, kit);
    kit.assertNoFaults();
    console.log(`ok   ${seconds(began)}  ${one.title}`);
    return true;
  } catch (err) {
    console.log(`FAIL ${seconds(began)}  ${one.title}\n${await kit.describe(err)}`);
    return false;
  } finally {
    await kit.close();
  }
}

const writing = new Set(); // areas in which a case that writes is running

/** Takes out the next case that may run now. */
function next(cases) {
  const nth = cases.findIndex(({ journey }) => !(journey.writes && writing.has(journey.file)));
  return nth < 0 ? undefined : cases.splice(nth, 1)[0];
}

/** Runs cases until none may run; what is left then is of an area that another lane works on. */
async function lane(cases, failed) {
  for (let one = next(cases); one; one = next(cases)) {
    const { writes, file } = one.journey;
    if (writes) writing.add(file);
    if (!(await runs(one))) failed.push(one.title);
    if (writes) writing.delete(file);
  }
}

try {
  const began = performance.now();
  const failed = [];
  const [waiting, working] = [true, false].map((is) =>
    cases.filter(({ journey }) => is === !!journey.beside),
  );
  const lanes = Array.from({ length: Number(option("jobs") ?? 2) }, () => lane(working, failed));
  await Promise.all([...lanes, ...waiting.map((one) => lane([one], failed))]);
  console.log(`${cases.length} journeys in ${seconds(began).trim()}, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
