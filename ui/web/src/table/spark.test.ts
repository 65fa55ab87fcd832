import { describe, expect, it } from "vitest";
import type { Num, Sparkline } from "../api/types";
import { box, draw } from "./spark";
import { missing, paste } from "./sparks";

const line = (load: Num[], change: Partial<Sparkline> = {}): Sparkline => ({
  id: "a",
  load,
  lower: load.map(() => null),
  upper: load.map(() => null),
  outside: load.map(() => 0),
  ...change,
});

/** The numbers of a path, as pairs. */
const points = (path: string) =>
  [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe("a small picture", () => {
  it("has a gap where nothing was measured, and a dot between two gaps", () => {
    const { load } = draw(line([1, 2, null, 3, null, 2, 1]));
    expect(load.match(/M/g)).toHaveLength(3);
    expect(load).toMatch(/M3\.5 [\d.]+h0M5\.5/);
    expect(points(load).map(([x]) => x)).toEqual([0.5, 1.5, 3.5, 5.5, 6.5]);
  });
  it("goes from the lowest of load and band to the highest, within its box", () => {
    const { load, band } = draw(line([0, 50, 120], { lower: [0, 20, 10], upper: [30, 60, 40] }));
    const heights = [...points(load), ...points(band)].map(([, y]) => y ?? Number.NaN);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...heights)).toBeLessThan(box.line);
    expect(points(load).map(([, y]) => y)).toEqual([19, 11.5, 1]);
    expect(band.endsWith("Z")).toBe(true);
  });
  it("tells the least, the most and the last load that are known", () => {
    expect(draw(line([3, 1, 2, null]))).toMatchObject({ least: 1, most: 3, last: 2 });
    expect(draw(line([null, null]))).toMatchObject({
      least: null,
      most: null,
      last: null,
      load: "",
      band: "",
    });
    expect(draw(line([0, 0, 0])).load).not.toContain("NaN");
  });
  it("marks when the load was outside, and lightly when that may be chance", () => {
    const { outside } = draw(line([1, 1, 1], { outside: [0, 2, 60] }));
    expect(outside).toEqual([
      { step: 1, few: true },
      { step: 2, few: false },
    ]);
  });
});

describe("which pictures are asked for", () => {
  const answer = { step_seconds: 7200, from: 0, lines: [line([1, 2, 3])] }; // up to 21,600 s
  const album = paste(new Map(), "", answer, 21_700);
  it("are those that are not there, or not of this model", () => {
    expect(missing(["a", "b"], "", album, 21_700)).toEqual(["b"]);
    expect(missing(["a"], "classic", album, 21_700)).toEqual(["a"]);
  });
  it("are those that lack a step by now", () => {
    expect(missing(["a"], "", album, 28_799)).toEqual([]);
    expect(missing(["a"], "", album, 28_800)).toEqual(["a"]);
  });
  it("does not ask again in the same minute where the server has no step more", () => {
    const late = paste(album, "", answer, 28_800);
    expect(missing(["a"], "", late, 28_800)).toEqual([]);
    expect(missing(["a"], "", late, 28_860)).toEqual(["a"]);
  });
  it("does not keep all that was ever seen", () => {
    let full = album;
    for (let i = 0; i < 2000; i += 20) {
      const lines = Array.from({ length: 20 }, (_, k) => ({ ...line([1]), id: `${i + k}` }));
      full = paste(full, "", { step_seconds: 60, from: 0, lines }, 0);
    }
    expect(full.size).toBeLessThanOrEqual(620);
    expect(missing(["1999"], "", full, 0)).toEqual([]);
  });
});
