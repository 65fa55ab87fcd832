import { expect, test } from "vitest";
import type { PoolNode } from "../api/pool";
import { sampleNode } from "../testing/pool";
import { blocksOf, cellAt, pathsOf, placeAfter, placeAt, sizeFor, workersAMark } from "./map";

const many = (n: number, change: (i: number) => Partial<PoolNode> = () => ({})) =>
  Array.from({ length: n }, (_, i) => sampleNode({ name: `n${i}`, ...change(i) }));

test("every cell is found again where it was put, and nothing between the last one and the edge", () => {
  const size = sizeFor(25);
  const [block] = blocksOf([["", many(25)]], 290, size);
  if (!block) throw new Error("no block");
  expect(block.columns).toBe(10);
  for (let i = 0; i < 25; i++) {
    const { x, y } = cellAt(i, block, size);
    expect(placeAt(x, y, block, size)).toBe(i);
    expect(placeAt(x + size.w - 1, y + size.h - 1, block, size)).toBe(i);
  }
  expect(placeAt(289, 2 * (size.h + 1), block, size)).toBeNull();
  expect(placeAt(-1, 0, block, size)).toBeNull();
});

test("groups are blocks that count on, and the keys go through all of them", () => {
  const blocks = blocksOf(
    [
      ["r1", many(40)],
      ["r2", many(8)],
    ],
    1000,
    sizeFor(48),
  );
  expect(blocks.map(({ from, columns }) => [from, columns])).toEqual([
    [0, 9],
    [40, 4],
  ]);
  expect(placeAfter("ArrowDown", 38, blocks)).toBe(47);
  expect(placeAfter("ArrowDown", 41, blocks)).toBe(45);
  expect(placeAfter("ArrowUp", 3, blocks)).toBe(0);
  expect(placeAfter("ArrowRight", 39, blocks)).toBe(40);
  expect(placeAfter("End", 0, blocks)).toBe(47);
  expect(placeAfter("Home", 47, blocks)).toBe(0);
});

test("a node stands in the path of its colour, a full or closed one in one more", () => {
  const size = sizeFor(4);
  const [block] = blocksOf(
    [
      [
        "",
        [
          sampleNode({ expected_cpu: 10 }),
          sampleNode({ expected_cpu: 80 }),
          sampleNode({ state: "lost" }),
          sampleNode({ state: "cordoned", expected_cpu: 30 }),
        ],
      ],
    ],
    900,
    size,
  );
  if (!block) throw new Error("no block");
  const paths = pathsOf(block, size, 1);
  const cells = (name: string) => paths[name]?.split("z").length ?? 1;
  expect(["load-0", "load-4", "full", "lost", "load-1", "closed"].map((name) => cells(name) - 1)).toEqual([
    1, 1, 1, 1, 1, 1,
  ]);
  expect(paths["load-4"]).toBe(paths.full);
});

test("a mark is as many workers as the fullest node needs", () => {
  const nodes = many(3, (i) => ({ wanted: [0, 7, 100][i] ?? 0, serving: [0, 4, 100][i] ?? 0 }));
  const size = sizeFor(3);
  expect(workersAMark(nodes, size)).toBe(9);
  const [block] = blocksOf([["", nodes]], 900, size);
  if (!block) throw new Error("no block");
  const one = pathsOf(block, size, 1);
  expect(one.serving).toBe("M29 14h7M57 14h23"); // four of seven; of a hundred as many as there is room for
  expect(one.missing).toBe("M37 15h5");
});

test("22,400 nodes are a few paths", () => {
  const nodes = many(22_400, (i) => ({ expected_cpu: i % 100 }));
  const size = sizeFor(nodes.length);
  const [block] = blocksOf([["", nodes]], 1100, size);
  if (!block) throw new Error("no block");
  expect(Object.keys(pathsOf(block, size, 1)).length).toBeLessThan(10);
  expect(cellAt(nodes.length - 1, block, size).y).toBeLessThan(4000);
});
