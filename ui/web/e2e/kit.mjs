// What a journey has in its hands, beside Playwright's page.
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const locales = { en: "en-GB", zh: "zh-CN" };

/** For how long a journey waits for anything: a demo fills its table within a minute. */
export const patience = 60_000; // ms

/** Tells whether so many charts are there, and each of more than one colour: something was drawn. */
function drawn(charts) {
  const painted = (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 4;
  };
  const all = [...document.querySelectorAll(".plot canvas")];
  const waiting = document.querySelector(".module-page .loading");
  return !waiting && all.length >= charts && all.every(painted);
}

/** An interface of this machine came or went: the browser drops what it asked for, and pages ask again. */
const networkChanged = /net::ERR_NETWORK_CHANGED/;

export class Kit {
  faults = []; // what must not happen on a page, whatever is done there

  /** Opens an empty page as wide, in the language and in the scheme that a case asks for. */
  static async for(browser, { journey, width, language, scheme }, { base, pictures, text }) {
    const context = await browser.newContext({
      viewport: sizes[width],
      locale: locales[language],
      colorScheme: scheme,
      timezoneId: journey.zone,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const kit = new Kit();
    Object.assign(kit, { page, context, base, pictures, text, width, language, scheme });
    kit.listen(journey.allow ?? []);
    return kit;
  }

  listen(allowed) {
    const asked = (m) =>
      / 4\d\d /.test(m.text()) && allowed.some((address) => address.test(m.location().url));
    this.context.on("console", (m) => {
      if (m.type() !== "error" || networkChanged.test(m.text()) || asked(m)) return;
      this.faults.push(`console at ${m.page()?.url()}: ${m.text()} ${m.location().url}`);
    });
    this.context.on("weberror", (e) => this.faults.push(`exception: ${e.error().message}`));
    this.context.on("request", (r) => {
      if (new URL(r.url()).origin !== new URL(this.base).origin)
        this.faults.push(`foreign request: ${r.url()}`);
    });
  }

  /** Goes to a path below the server's address and waits for what a selector names. */
  async open(path = "", awaited = "tr.row") {
    const goes = () => this.page.goto(this.url(path));
    await goes().catch((err) => {
      if (!networkChanged.test(err.message)) throw err;
      return goes();
    });
    await this.page.locator(awaited).first().waitFor();
    await this.waitFor("all rows are there", () => !document.querySelector("[aria-busy=true]"));
  }

  url(path) {
    return new URL(path, this.base).href;
  }

  /** What the server answers under a path of its API. */
  async ask(path) {
    return (await (await fetch(this.url(path))).json()).data;
  }

  /** The parameters of the page's own address. */
  get query() {
    return new URL(this.page.url()).searchParams;
  }

  /** Waits until a function that runs in the page says yes; the words are what a failure says. */
  async waitFor(words, condition, arg) {
    await this.page.waitForFunction(condition, arg, { timeout: patience }).catch((err) => {
      throw new Error(`waited until ${words}: ${err.message}`);
    });
  }

  async waitForCharts(charts) {
    await this.waitFor(`${charts} charts are drawn`, drawn, charts);
  }

  /** Waits until the page waits for nothing. */
  async settles() {
    await this.waitFor(
      "everything is loaded",
      () => !document.querySelector("main :is(.loading, [aria-busy=true])"),
    );
  }

  /** Nothing may stick out to the right. */
  async fits() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, `the page is wider than its window: ${this.page.url()}`);
  }

  /** Nor is it in windows between a desk's and a phone's. */
  async fitsBetween() {
    const before = this.page.viewportSize();
    for (const width of [1100, 900, 780]) {
      await this.page.setViewportSize({ ...before, width });
      await this.fits();
    }
    await this.page.setViewportSize(before);
  }

  /** Keeps a picture of what is seen, where pictures are asked for. */
  async picture(name) {
    if (!this.pictures) return;
    const defaults = ["wide", "en", "light"];
    const look = [this.width, this.language, this.scheme].filter((word) => !defaults.includes(word));
    await this.page.screenshot({ path: join(this.pictures, `${[name, ...look].join("-")}.png`) });
  }

  assertNoFaults() {
    assert.equal(this.faults.length, 0, "the page is at fault");
  }

  /** What was awaited or found, where, and in which picture it can be seen. */
  async describe(err) {
    const folder = this.pictures ?? (await mkdtemp(join(tmpdir(), "headroom-e2e-")));
    const path = join(folder, `failed-${Date.now()}.png`);
    await this.page.screenshot({ path, timeout: 5000 }).catch(() => {});
    const faults = this.faults.map((fault) => `\n  ${fault}`).join("");
    return `  ${err.stack}\n  at ${this.page.url()}\n  seen in ${path}${faults}`;
  }

  async close() {
    await this.context.close();
  }
}
