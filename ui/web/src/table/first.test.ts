import { afterEach, describe, expect, it, vi } from "vitest";
import page from "../../index.html?raw";
import { defaultView, type View } from "../state/view";
import { firstKey, openTable } from "./first";

const viewOf = (part: Partial<View>): View => ({ ...defaultView, ...part });

describe("the first rows", () => {
  it("are asked for where the server has the table's order", () => {
    expect(firstKey(viewOf({}))).toBeDefined();
    expect(firstKey(viewOf({ path: "Qzone", level: "product", sort: "headroom" }))).toBeDefined();
    for (const part of [
      { sort: "-growth" },
      { search: "web" },
      { chips: ["alarm"] },
      { owner: "li" },
      { group: "product" },
      { model: "both" as const },
    ])
      expect(firstKey(viewOf(part))).toBeUndefined();
  });
  it("are those of one view", () => {
    const views = [
      {},
      { path: "a" },
      { level: "a" },
      { sort: "-load" },
      { sort: "load" },
      { model: "classic" },
    ];
    expect(new Set(views.map((part) => firstKey(viewOf(part as Partial<View>)))).size).toBe(views.length);
  });
});

describe("an opened table", () => {
  afterEach(() => vi.unstubAllGlobals());
  const askedFor = async (view: View) => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: URL) => {
      asked.push(url.pathname.slice(1) + url.search);
      return Promise.resolve(new Response('{"status":"success","data":[]}'));
    });
    await openTable(view);
    return asked.sort();
  };

  it("asks for what its page has the browser fetch early, to the letter", async () => {
    const links = page.matchAll(/href="\.\/([^"]+)" data-for="table"/g);
    const early = [...links].map(([, href = ""]) => href.replaceAll("&amp;", "&"));
    expect(await askedFor(defaultView)).toEqual(early.sort());
  });
  it("names an order as the server does", async () => {
    const [, rows] = await askedFor(viewOf({ path: "a/b", sort: "-peak", model: "classic" }));
    expect(rows).toBe("api/v1/warnings?path=a/b&model=classic&sort=-peak_today&limit=60");
  });
  it("waits for no more than the tree where the first rows are not known", async () => {
    expect(await askedFor(viewOf({ chips: ["alarm"] }))).toEqual(["api/v1/tree?modules=false"]);
  });
});
