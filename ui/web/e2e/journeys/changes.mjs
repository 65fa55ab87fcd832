// The pages of changes: a run that people help on, a request that is approved, what is
// known and what was done.
import assert from "node:assert/strict";
import { joins } from "../node.mjs";

/** The id of a module of the simulated fleet. */
async function someModule(kit) {
  return (await kit.ask("api/v1/warnings")).find(({ path }) => path[0] !== "this machine").id;
}

/** Sends the form that is open, with what is typed into its fields. */
async function sends(page, fields, button) {
  const form = page.locator("form.alarm-form:visible");
  for (const [label, text] of fields) await form.getByLabel(label).fill(text);
  await form.getByRole("button", { name: button, exact: true }).click();
}

/** A flow that asks for permission, fails to fetch a page, and fetches another one. */
async function helpsRun(page, kit) {
  const module = await someModule(kit);
  const node = `changes-${Date.now()}`;
  const leave = await joins(kit.base, node);
  try {
    await kit.open("changes?show=flows", ".changes-page");
    const flow = page.locator(".flow", { has: page.locator("code", { hasText: /^expand-module$/ }) });
    await flow.getByRole("button", { name: "Start" }).click();
    const form = page.locator("form.start-form:visible");
    await form.getByLabel("Ask for permission").check();
    await kit.fits();
    await kit.picture("changes-start");
    await sends(
      page,
      [
        [/^Module \*/, module],
        [/^Nodes to prepare/, node],
        [/^Where the configuration/, "http://127.0.0.1:9/nothing"],
        ["Why", "the browser tries it"],
        ["Your name", "bob"],
      ],
      "Start",
    );
    await page.locator(".run-page .headline").waitFor();
    assert.match(new URL(page.url()).pathname, /\/changes\/runs\/./);
    await page.getByRole("button", { name: "Approve" }).click();
    await sends(page, [["Your name", "ann"]], "Approve");

    const failed = page.locator(".step-of-run.failed");
    await failed.waitFor();
    await kit.fits();
    await kit.picture("changes-run");
    await failed.getByRole("button", { name: "Retry" }).click();
    await sends(
      page,
      [
        [/^url$/, kit.url("api/v1/status")],
        ["Why", "another page"],
      ],
      "Retry",
    );
    await page.locator(".run-actions li", { hasText: "another page" }).waitFor();
    await page.locator(".badges", { hasText: "done" }).waitFor(); // the run goes on to its end
    await page.keyboard.press("Escape");
    await page.locator(".flow").first().waitFor(); // as it was left
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await page.locator(".run .main", { hasText: "expand-module" }).first().waitFor();
    await kit.fits();
  } finally {
    leave();
  }
}

/** Machines are asked for by one person and approved by another. */
async function asksForMachines(page, kit) {
  const module = await someModule(kit);
  await kit.open(`changes?show=requests&path=${encodeURIComponent(module)}`, ".changes-page");
  await page.getByRole("button", { name: "machines", exact: true }).click();
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await page.locator("form.start-form:visible").waitFor();
  await kit.fits();
  await sends(
    page,
    [
      ["Devices", "2"],
      ["Needed by", day],
      ["Why", "the browser asks"],
      ["Your name", "bob"],
    ],
    "Ask",
  );
  const request = page.locator(".request", { has: page.locator(".opened") });
  await request.getByRole("button", { name: "Approve" }).click();
  await sends(page, [["Your name", "ann"]], "Approve");
  await request.locator(".run-actions li", { hasText: "approved" }).waitFor();
  assert.doesNotMatch(await request.locator(".tag").first().textContent(), /waits/);
  await kit.fits();
  await kit.picture("changes-request");
}

/** Opens the search for everything until it finds a module: the index follows within a minute. */
async function findsModule(page, name) {
  const found = page.locator("dialog.find .hit:has(small)").first();
  for (let turn = 0; turn < 30; turn++) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(name);
    if (
      await found.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      )
    )
      return;
    await page.keyboard.press("Escape");
  }
  assert.fail(`nothing is found for ${name}`);
}

/** A fact is set and stands in the audit log; its module is found by the search for everything. */
async function findsWhatWasSet(page, kit) {
  const module = await someModule(kit);
  const word = `w${Date.now()}`;
  const named = encodeURIComponent(module);
  await kit.open(`changes?show=registry&path=${named}&of=${named}`, ".changes-page");
  await page.getByRole("button", { name: "Set a fact" }).click();
  await page.locator("form.start-form:visible select").selectOption("notes");
  await sends(
    page,
    [
      ["Value", `the ${word} lives here`],
      ["Why", "the browser says so"],
    ],
    "Set",
  );
  await page.locator(".facts-of dd", { hasText: word }).waitFor();
  await kit.fits();
  await kit.picture("changes-registry");

  await findsModule(page, module.split("/").at(-1));
  await kit.fits();
  await kit.picture("changes-find");
  await page.keyboard.press("ArrowDown");
  await page.locator("dialog.find .hit:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".module-page .headline").first().waitFor();

  await kit.open("changes?show=audit&action=registry", ".changes-page");
  await page.locator(".entry", { hasText: "the browser says so" }).first().waitFor();
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/entries are as they were written/).waitFor();
  await kit.fits();
  await kit.picture("changes-audit");
}

async function readsOtherParts(_page, kit) {
  for (const part of ["consistency", "operations"]) {
    await kit.open(`changes?show=${part}`, ".changes-page");
    await kit.waitFor(`the part ${part} is loaded`, () => !document.querySelector(".changes-page .loading"));
    await kit.fits();
    await kit.picture(`changes-${part}`);
  }
}

const both = { widths: ["wide", "phone"] };

export default [
  { name: "helps on a run", ...both, writes: true, run: helpsRun },
  { name: "asks for machines", ...both, writes: true, run: asksForMachines },
  { name: "finds what was set", ...both, writes: true, run: findsWhatWasSet },
  { name: "reads the other parts", ...both, run: readsOtherParts },
];
