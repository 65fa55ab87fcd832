import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PoolNode } from "../api/pool";
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
  nodes: PoolNode[];
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
          onPoint={(i) => setName(block.nodes[i]?.name ?? "")}
          onOpen={(i) => onGo(nodePath(block.nodes[i]?.name ?? ""))}
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
  onPoint: (i: number) => void;
  onOpen: (i: number) => void;
}

function Cells({ block, by, size, perMark, at, onPoint, onOpen }: CellsProps) {
  const title = useGroupTitle(by);
  const paths = useMemo(() => pathsOf(block, size, perMark), [block, size.w, perMark]);
  const last = cellAt(block.nodes.length - 1, block, size);
  const here = at >= 0 && at < block.nodes.length;
  const place = (e: MouseEvent) => placeAt(e.offsetX, e.offsetY, block, size);
  // Once a finger has read a node, another press on it opens it.
  const read = useRef(-1);
  return (
    <section class="node-group">
      {by !== "" && <h2>{title(block.label, block.nodes)}</h2>}
      <svg
        aria-hidden="true"
        width={block.columns * (size.w + 1)}
        height={last.y + size.h + 1}
        onPointerMove={(e) => {
          const i = place(e);
          if (i !== null && e.pointerType === "mouse") onPoint(i);
        }}
        onPointerDown={() => {
          read.current = here ? at : -1;
        }}
        onClick={(e) => {
          const i = place(e);
          if (i === null) return;
          if (i === read.current) onOpen(i);
          else onPoint(i);
        }}
      >
        {Object.entries(paths).map(([name, d]) => (
          <path key={name} class={name} d={d} />
        ))}
        {here && <rect class="at" {...cellAt(at, block, size)} width={size.w} height={size.h} />}
      </svg>
    </section>
  );
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
