import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BriefNode } from "../api/pool";
import { useKeys } from "../keys";
import { Link } from "../link";
import { useText } from "../text/language";
import { useCell, useGroupTitle } from "./grid";
import {
  type Block,
  blocksOf,
  cellAt,
  pathsOf,
  placeAfter,
  placeAt,
  type Size,
  sizeFor,
  workersAMark,
} from "./map";
import { groupNodes } from "./nodes";
import { nodePath } from "./view";

interface Props {
  nodes: BriefNode[];
  by: string; // label
  shown: boolean;
  onGo: (path: string) => void;
}

/** Thousands of nodes as small cells: the one that is pointed at, or chosen by the keys, is read out. */
export function NodeMap({ nodes, by, shown, onGo }: Props) {
  const text = useText().pool.grid;
  const told = useCell();
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const [name, setName] = useState("");
  const size = sizeFor(nodes.length);
  const blocks = useMemo(() => blocksOf(groupNodes(nodes, by), width, size), [nodes, by, width, size.w]);
  const all = useMemo(() => blocks.flatMap((block) => block.nodes), [blocks]);
  const at = useMemo(() => all.findIndex((node) => node.name === name), [all, name]);
  const perMark = workersAMark(nodes, size);
  const node = all[at];

  const choose = (i: number) => {
    setName(all[i]?.name ?? "");
    host.current?.querySelector(".at")?.scrollIntoView({ block: "nearest" });
  };
  const step = (key: string) => () => choose(at < 0 ? 0 : placeAfter(key, at, blocks));
  const point = ({ nodes: some }: Block, i: number) => setName(some[i]?.name ?? "");
  const go = ({ nodes: some }: Block, i: number) => onGo(nodePath(some[i]?.name ?? ""));
  const open = () => node && onGo(nodePath(node.name));
  useKeys(shown ? { j: step("ArrowRight"), k: step("ArrowLeft"), Enter: open } : {});
  return (
    <div
      ref={host}
      class="node-map"
      role="application"
      aria-label={text.map}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move in it
      tabIndex={0}
      onKeyDown={(e) => {
        if (!/^Arrow|^Home$|^End$/.test(e.key)) return;
        e.preventDefault();
        step(e.key)();
      }}
    >
      <p class="node-read" role="status">
        {node ? (
          <Link to={nodePath(node.name)} onGo={onGo} class="way">
            {told(node)}
          </Link>
        ) : (
          text.point
        )}
      </p>
      {/* Many slanted lines, in the colour of the text, lie over what is full. */}
      <svg width="0" height="0" aria-hidden="true">
        <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v4" />
        </pattern>
      </svg>
      {blocks.map((block) => (
        <Cells
          key={block.label}
          {...{ block, by, size, perMark }}
          at={at - block.from}
          onPoint={point}
          onOpen={go}
        />
      ))}
    </div>
  );
}

interface CellsProps {
  block: Block;
  by: string;
  size: Size;
  perMark: number; // workers
  at: number; // of the chosen one, which may be elsewhere
  onPoint: (block: Block, i: number) => void;
  onOpen: (block: Block, i: number) => void;
}

/** A block; the rest of the page is not drawn again with it, nor it with that. */
function Cells({ block, by, size, perMark, at, onPoint, onOpen }: CellsProps) {
  const text = useText();
  const title = useGroupTitle(by);
  const drawn = useInTurn(block);
  const paths = useMemo(
    () =>
      Object.entries(pathsOf(drawn, size, perMark)).map(([name, d]) => (
        <path key={name} class={name} d={d} />
      )),
    [drawn, size.w, perMark],
  );
  const here = at >= 0 && at < drawn.nodes.length ? at : -1;
  // Once a finger has read a node, another press on it opens it.
  const read = useRef(-1);
  const head = useMemo(() => by !== "" && <h2>{title(block.label, block.nodes)}</h2>, [block, by, text]);
  return useMemo(() => {
    const place = (e: MouseEvent) => placeAt(e.offsetX, e.offsetY, drawn, size);
    const last = cellAt(drawn.nodes.length - 1, drawn, size);
    return (
      <section class="node-group">
        {head}
        <svg
          aria-hidden="true"
          width={drawn.columns * (size.w + 1)}
          height={last.y + size.h + 1}
          onPointerMove={(e) => {
            const i = place(e);
            if (i !== null && e.pointerType === "mouse") onPoint(drawn, i);
          }}
          onPointerDown={() => {
            read.current = here;
          }}
          onClick={(e) => {
            const i = place(e);
            if (i === null) return;
            if (i === read.current) onOpen(drawn, i);
            else onPoint(drawn, i);
          }}
        >
          {paths}
          {here >= 0 && <rect class="at" {...cellAt(here, drawn, size)} width={size.w} height={size.h} />}
        </svg>
      </section>
    );
  }, [drawn, size.w, paths, here, head]);
}

/** Of so many nodes the cells are drawn at once with new data, and after a pause the next ones. */
const turn = { nodes: 1500, millis: 40 };

/** A block as it is to be drawn: with new data of as many nodes each takes its turn, so that scrolling goes on. */
function useInTurn(block: Block): Block {
  const [drawn, setDrawn] = useState(block);
  useEffect(() => {
    const timer = setTimeout(() => setDrawn(block), turn.millis * Math.floor(block.from / turn.nodes));
    return () => clearTimeout(timer);
  }, [block]);
  return drawn.columns === block.columns && drawn.nodes.length === block.nodes.length ? drawn : block;
}

/** The width of an element in pixels, followed as it changes. */
function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const el = ref.current;
    if (!el) return;
    const seen = new ResizeObserver(() => setWidth(el.clientWidth));
    seen.observe(el);
    return () => seen.disconnect();
  }, [ref]);
  return width;
}
