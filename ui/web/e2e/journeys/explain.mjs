// Explanations, the search for everything, and what somebody may not do.
import assert from "node:assert/strict";

/** A number of the table explains itself; its explanation leads to the page, and that to more. */
async function explainsANumber(page, kit) {
  const text = kit.text.explain;
  await kit.open("?sort=path", "tr.row");
  await page.locator("tr.row [data-term=load]:visible").first().click();
  await page.locator(".explainer").getByRole("link", { name: text.all }).click();
  await page.locator(".explain-page .explanation li").first().waitFor();
  assert.match(kit.query.get("id"), /^row:./);
  await kit.fits();
  await saysIt(page, kit);
  await kit.picture("explain-row");
  await page.locator(".queries").getByRole("button", { name: text.values }).first().click();
  await page.locator(".values-of tr").first().waitFor();

  await page.locator(".related a", { hasText: /^order:/ }).click();
  await kit.waitFor("the order is explained", () => location.search.includes("id=order:"));
  await page.locator(".explanation li").first().waitFor();
  await saysIt(page, kit);
  await page.locator(".ask-id input[name=id]").fill("odd:id");
  await page.getByRole("button", { name: text.ask, exact: true }).click();
  await page.locator(".failure", { hasText: /run:(ID|编号)/ }).waitFor();
  await page.locator(".id-kinds").waitFor();
  await kit.fits();
  await kit.picture("explain-unknown");
}

/** The steps are said in the language of the page: in Chinese no two English words stand beside each other. */
async function saysIt(page, kit) {
  const said = await page
    .locator(".explanation")
    .locator("b, code, output")
    .filter({ hasText: /\S/ })
    .allTextContents();
  const english = said.filter((text) => /\b[a-z]{2,} [a-z]{2,}\b/.test(text));
  assert.ok(said.length > 3);
  assert.equal(english.length > 0, kit.language === "en", english.join("; "));
}

/** The search finds a flow and opens it, offers what can be done, and explains an id. */
async function findsAFlow(page, kit) {
  const { find, requests } = kit.text.changes;
  await kit.open("changes?show=flows", ".flow");
  const flow = page.locator("dialog.find .hit:has(small)", { hasText: /Shrink a module|缩容模块/ });
  const search = page.locator("dialog.find input");
  for (let turn = 0; turn < 30 && !(await flow.count()); turn++) {
    await page.keyboard.press("Control+k");
    await search.fill("shrink-module"); // the index follows within a minute
    await flow.waitFor({ timeout: 3000 }).catch(() => page.keyboard.press("Escape"));
  }
  await kit.fits();
  await kit.picture("find-flow");
  await flow.click();
  await page.locator("form.start-form:visible").waitFor();
  assert.equal(kit.query.get("of"), "shrink-module");

  await page.keyboard.press("Control+k");
  await page.locator("dialog.find h2", { hasText: find.recent }).waitFor();
  await search.fill(requests.kinds.machines);
  await page.locator("dialog.find a", { hasText: requests.askFor }).first().click();
  await page.locator("form.start-form:visible").waitFor();
  await page.keyboard.press("Control+k");
  await search.fill("run:none");
  await page.keyboard.press("Enter");
  await page.locator(".explain-page .failure").waitFor();
}

/** Who may only look sees what it takes to do more, and the way to it. */
async function mayOnlyLook(page, kit) {
  const { may } = kit.text.changes;
  const me = await kit.ask("api/v1/me");
  const viewer = {
    role: "viewer",
    path: "",
    id: "",
    subject: "user:vi",
    until: null,
    why: "",
    made_by: "",
    made_at: null,
  };
  const answer = { ...me, open: false, known: true, name: "user:vi", role: "viewer", rights: [viewer] };
  await page.route("**/api/v1/me", (route) => route.fulfill({ json: { status: "success", data: answer } }));
  await kit.open("changes?show=schedules", ".changes-page .action");
  assert.ok(await page.getByRole("button", { name: kit.text.changes.schedules.add }).isDisabled());
  await kit.open("changes?show=flows&of=shrink-module", "form.start-form");
  assert.ok(await page.locator("form.start-form .main-action").isDisabled());
  await kit.fits();
  await kit.picture("may-only-look");
  await page.locator(".lacking:visible").getByRole("link", { name: may.ask }).click();
  await page.locator("form.start-form select[name=role]").waitFor();
  assert.equal(await page.locator("form.start-form select[name=role]").inputValue(), "operator");
}

const everywhere = { widths: ["wide", "phone"], languages: ["en", "zh"] };

export default [
  {
    name: "explains a number",
    ...everywhere,
    allow: [/\/api\/v1\/explain/],
    run: explainsANumber,
  },
  { name: "finds a flow", ...everywhere, allow: [/\/api\/v1\/explain/], run: findsAFlow },
  { name: "may only look", ...everywhere, run: mayOnlyLook },
];
