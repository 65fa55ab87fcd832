// What a server answered, kept in a file, so that pages can be shown again as they were.
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

export class Answers {
  /** Those of a server, to be kept; `at` names what is on it, see places.mjs. */
  constructor(at, time = Date.now(), kept) {
    const second = 1000 * Math.floor(time / 1000); // as the answers' headers tell it
    Object.assign(this, { at, time: second, kept: kept ?? {}, fresh: kept === undefined, missing: [] });
  }

  static async read(file) {
    const { at, time, kept } = JSON.parse(await promisify(gunzip)(await readFile(file)));
    return new Answers(at, time, kept);
  }

  async write(file) {
    const { at, time, kept } = this;
    await writeFile(file, await promisify(gzip)(JSON.stringify({ at, time, kept })));
  }

  /** Stands between the pages of a context and their server, at the time of the answers. */
  async stand(context) {
    await context.clock.setFixedTime(this.time);
    await context.route("**/api/v1/**", (route) => this.answer(route));
  }

  /** What was not asked when the answers were kept is asked of the server. */
  async answer(route) {
    const { pathname, search } = new URL(route.request().url());
    if (pathname.endsWith("/live")) return; // it never answers: nothing is new, and nothing is lost
    const key = `${route.request().method()} ${pathname}${search} ${route.request().postData() ?? ""}`;
    if (this.fresh) this.kept[key] = await fetched(await route.fetch());
    const kept = this.kept[key];
    if (kept) return route.fulfill({ ...kept, headers: { ...kept.headers, date: this.date } });
    this.missing.push(key);
    return route.continue();
  }

  get date() {
    return new Date(this.time).toUTCString();
  }
}

async function fetched(response) {
  const headers = { "content-type": response.headers()["content-type"] };
  return { status: response.status(), headers, body: await response.text() };
}
