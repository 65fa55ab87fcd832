import { expect, it } from "vitest";
import { clearOf, stackLabels, type Wish } from "./labels";

const height = 14;

it("puts labels beside each other on one line, and above each other where they meet", () => {
  const wishes = [
    { from: 0, to: 50, base: 200 },
    { from: 60, to: 90, base: 200 },
    { from: 40, to: 70, base: 195 },
    { from: 45, to: 65, base: 200 },
  ];
  expect(stackLabels(wishes, height, 3)).toEqual([0, 0, 1, undefined]);
});

it("lowers a label that would lie on a name at the top, and no other", () => {
  const now = { from: 100, to: 125, base: 15 };
  expect(clearOf(now, { from: 60, to: 250, base: 20 }, height)).toBe(29);
  expect(clearOf(now, { from: 60, to: 250, base: 40 }, height)).toBe(40); // it stands below it
  expect(clearOf(now, { from: 130, to: 250, base: 20 }, height)).toBe(20); // right of it
  expect(clearOf(now, { from: 10, to: 100, base: 20 }, height)).toBe(20); // left of it
});

it("never lets two stand on each other", () => {
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 50; round++) {
    const wishes: Wish[] = Array.from({ length: 12 }, () => {
      const from = next(300);
      return { from, to: from + 20 + next(60), base: 180 + next(20) };
    });
    const placed = stackLabels(wishes, height, 3).flatMap((line, i) => {
      const wish = wishes[i];
      return line === undefined || !wish ? [] : [{ ...wish, y: wish.base - line * height }];
    });
    for (const [i, a] of placed.entries())
      for (const b of placed.slice(i + 1))
        expect(a.to <= b.from || b.to <= a.from || Math.abs(a.y - b.y) >= height).toBe(true);
  }
});
