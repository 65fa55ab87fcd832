import type { BriefNode } from "../api/pool";
import { loadStep, loadSteps } from "./nodes";

// Many nodes are drawn as one path for each colour: elements for each of 22,400 would not be smooth.

/** From so many nodes on they have no names in their cells any more. */
export const namedUpTo = 300;

/** A cell in pixels, with how many marks for workers it has room for. */
export interface Size {
  w: number;
  h: number;
  marks: number;
}

const gap = 1;

export const sizeFor = (nodes: number): Size =>
  nodes <= 4000 ? { w: 27, h: 17, marks: 12 } : { w: 12, h: 11, marks: 5 };

/** How many workers a mark stands for, so that the node with the most has room for its marks. */
export const workersAMark = (nodes: Pick<BriefNode, "wanted" | "serving">[], { marks }: Size) =>
  Math.max(1, Math.ceil(nodes.reduce((most, n) => Math.max(most, n.wanted, n.serving), 0) / marks));

/** Nodes of one group as a block of cells; from is the place of the first one among all. */
export interface Block {
  label: string;
  nodes: BriefNode[];
  from: number;
  columns: number;
}

/** The groups as blocks: one takes the whole width, several are about twice as wide as high. */
export function blocksOf(groups: [string, BriefNode[]][], width: number, { w }: Size): Block[] {
  const fit = Math.max(1, Math.floor((width + gap) / (w + gap)));
  let from = 0;
  return groups.map(([label, nodes]) => {
    const square = Math.max(Math.ceil(96 / w), Math.ceil(Math.sqrt(2 * nodes.length)));
    const block = { label, nodes, from, columns: groups.length === 1 ? fit : Math.min(fit, square) };
    from += nodes.length;
    return block;
  });
}

/** Where the cell of a place in the block begins. */
export const cellAt = (i: number, { columns }: Pick<Block, "columns">, { w, h }: Size) => ({
  x: (i % columns) * (w + gap),
  y: Math.floor(i / columns) * (h + gap),
});

/** The place in the block at a point; null where no cell is. */
export function placeAt(x: number, y: number, { columns, nodes }: Block, { w, h }: Size): number | null {
  const column = Math.floor(x / (w + gap));
  const i = Math.floor(y / (h + gap)) * columns + column;
  return x < 0 || y < 0 || column >= columns || i >= nodes.length ? null : i;
}

/** The place among all that a key goes to; rows are those of the block it starts in. */
export function placeAfter(key: string, at: number, blocks: Block[]): number {
  const last = blocks.reduce((n, block) => n + block.nodes.length, 0) - 1;
  const columns = blocks.find(({ from, nodes }) => at < from + nodes.length)?.columns ?? 1;
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    Home: -last,
    End: last,
  };
  return Math.min(Math.max(at + (steps[key] ?? 0), 0), last);
}

/** What is drawn of a block: a path for each class of the styles. */
export type Paths = Record<string, string>;

/** The cells by their colour, those that are full or closed once more, and the marks of workers. */
export function pathsOf(block: Block, size: Size, perMark: number): Paths {
  const parts: Record<string, string[]> = {};
  const add = (name: string, d: string) => {
    parts[name] ??= [];
    parts[name].push(d);
  };
  block.nodes.forEach((node, i) => {
    const { x, y } = cellAt(i, block, size);
    const cell = `M${x} ${y}h${size.w}v${size.h}h-${size.w}z`;
    const step = loadStep(node);
    add(step === null ? "lost" : `load-${step}`, cell);
    if (step === loadSteps.length) add("full", cell);
    if (node.state === "draining" || node.state === "cordoned") add("closed", cell);
    const serving = Math.min(size.marks, Math.round(node.serving / perMark));
    const all = Math.min(size.marks, Math.ceil(Math.max(node.wanted, node.serving) / perMark));
    // Marks are dashes of 1 pixel with gaps of 1 pixel, which begin anew with each line.
    if (serving > 0) add("serving", `M${x + 1} ${y + size.h - 3}h${2 * serving - 1}`);
    if (all > serving) add("missing", `M${x + 1 + 2 * serving} ${y + size.h - 2}h${2 * (all - serving) - 1}`);
  });
  return Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, list.join("")]));
}
