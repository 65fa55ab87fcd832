// How the main pages look, beside how they looked when their pictures were taken.
//
// The numbers of a server are those of its time of day. So what it answered when the pictures
// were taken is kept with them, and given to the pages again, at the same time by their clock:
// see answers.mjs. The picture is shrunk until a letter is a grey, as fonts are drawn a little
// differently by each version. What a block of it may differ by, and how many may differ more,
// is below. New answers and pictures are taken from a demo with a filled table by
//
//   UPDATE=1 BASE_URL=http://127.0.0.1:7480 npm run e2e -- --only=looks
//
// where it sees no processes but its own, which would be kept with the answers:
// unshare -pfu --mount-proc bash -c 'hostname host-1; exec bin/headroom demo --modules=60 --days=40'.
// Look at the pages before they are committed.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Answers } from "../answers.mjs";
import { pages } from "../pages.mjs";
import { places } from "../places.mjs";

const folder = fileURLToPath(new URL("../looks", import.meta.url));
const block = 10; // pixels of the page on a side
const near = 14; // of 255, in each colour
const tolerance = 0.01; // of the blocks
const shots = 4; // until it looks as before

/** What differs from minute to minute in colour as well. */
const varies =
  "canvas, svg, .plot { visibility: hidden !important; } * { animation: none !important; caret-color: transparent !important; }";

/** Shrinks a picture; runs in the browser, as compare does. */
async function shrink([png, block]) {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(Math.round(image.width / block), Math.round(image.height / block));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

/** The share of blocks of two pictures that are not near each other. */
async function compare([before, now, near]) {
  const pixels = async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await pixels(before), await pixels(now)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let far = 0;
  for (let i = 0; i < a.data.length; i += 4)
    if ([0, 1, 2].some((c) => Math.abs(a.data[i + c] - b.data[i + c]) > near)) far++;
  return far / (a.data.length / 4);
}

/** Hides what varies, by a sheet that the policy of the pages allows. */
const hides = (css) =>
  addEventListener("DOMContentLoaded", () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  });

/** Keeps a picture as the one to compare with, or tells how much of it is different. */
async function judge(place, file, now) {
  if (process.env.UPDATE) {
    await mkdir(folder, { recursive: true });
    await writeFile(file, now, "base64");
    return 0;
  }
  return place.evaluate(compare, [await readFile(file, "base64"), now, near]);
}

async function looksAsBefore(page, kit) {
  const taken = join(folder, `${kit.width}-${kit.scheme}.json.gz`);
  const answers = process.env.UPDATE ? new Answers(await places(kit)) : await Answers.read(taken);
  const { at } = answers;
  await answers.stand(kit.context);
  const place = await kit.context.newPage(); // to compute in, without the policy of the pages
  await page.addInitScript(hides, varies);
  const different = [];
  for (const { name, path, still, shows } of pages.filter(({ main, fills }) => main && !fills)) {
    await kit.open((still ?? path)(at), shows);
    await kit.settles();
    const file = join(folder, `${name}-${kit.width}-${kit.scheme}.png`);
    let share = 1;
    for (let shot = 0; shot < shots && share > tolerance; shot++) {
      if (shot > 0) await page.waitForTimeout(2000); // a slow machine still draws
      const now = await place.evaluate(shrink, [(await page.screenshot()).toString("base64"), block]);
      share = await judge(place, file, now);
    }
    if (share <= tolerance) continue;
    await kit.picture(`looks-${name}`);
    different.push(`${name}: ${(100 * share).toFixed(1)} % of it`);
  }
  if (process.env.UPDATE) await answers.write(taken);
  const asked = answers.missing.length > 0 ? `\n  asked of the server: ${answers.missing.join(", ")}` : "";
  const report = `what looks different from ${folder}\n    ${different.join("\n    ")}${asked}`;
  assert.equal(different.length, 0, report);
}

// English ones: which Chinese font a machine has is its own affair.
const looks = [
  { widths: ["wide"], schemes: ["light"] },
  { widths: ["phone"], schemes: ["dark"] },
];

// That of the kept answers: a browser of another one would have the header say it.
const zone = "UTC";

// Rows come into view in other tens than before: those of this very machine may be asked of the server.
const allow = [/\/api\/v1\/sparklines/];

export default looks.map((look) => ({ name: "as before", ...look, zone, allow, run: looksAsBefore }));
