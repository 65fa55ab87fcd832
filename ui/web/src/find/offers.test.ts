import { describe, expect, it } from "vitest";
import { readRoute } from "../state/view";
import { texts } from "../text/language";
import { everyOffer, offersFor, withRecent } from "./offers";

const text = await texts.en();
const explain = (id: string) => `Explain ${id}`;
const all = everyOffer(text, [{ title: "Pool", path: "pool" }]);

describe("what can be gone to", () => {
  it("is found by each word, whatever the case", () => {
    expect(offersFor("MACH ask", all, explain).map(({ title }) => title)).toEqual(["Ask for machines"]);
    expect(offersFor("pool", all, explain)[0]).toEqual({ title: "Pool", path: "pool" });
    expect(offersFor("nothing like it", all, explain)).toEqual([]);
  });

  it("explains what looks like an id", () => {
    expect(offersFor("run:k3", all, explain)).toEqual([
      { title: "Explain run:k3", path: "explain?id=run:k3" },
    ]);
  });

  it("leads to pages that there are", () => {
    for (const { path } of all) {
      const { pathname, search } = new URL(path, "http://host/");
      expect(readRoute(pathname.slice(1), search).page).not.toBe("table");
    }
  });

  it("comes first in the recent ones, once", () => {
    const before = Array.from({ length: 6 }, (_, i) => ({ title: `${i}`, path: `${i}` }));
    expect(withRecent({ title: "3", path: "3" }, before).map(({ path }) => path)).toEqual([
      "3",
      "0",
      "1",
      "2",
      "4",
      "5",
    ]);
    expect(withRecent({ title: "x", path: "x" }, before)).toHaveLength(6);
  });
});
