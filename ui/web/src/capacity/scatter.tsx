import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { narrowQuery, useMatches } from "../media";
import { namesOf } from "../state/view";
import { fullDay } from "../table/cells";
import { doubted, monthly } from "../table/growth";
import { count, decimal, signed } from "../text/format";
import { useText } from "../text/language";
import type { Module } from "./modules";
import { paint, readColors } from "./paint";
import { type Dot, domainOf, dotAt, dotsOf, type Plane, quadrantAt } from "./plane";
import type { CapacityView, Quadrant } from "./view";

interface Props {
  modules: Module[];
  part: CapacityView["part"];
  onPart: (part: Quadrant) => void;
  onOpen: (id: string) => void;
}

const reach = 14; // pixels beside a dot that still mean it

/** The modules by growth and headroom. */
export function Scatter({ modules, part, onPart, onOpen }: Props) {
  const text = useText().capacity;
  const canvas = useRef<HTMLCanvasElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [marked, setMarked] = useState<string>(); // id of the module that is read
  const narrow = useMatches(narrowQuery);
  const dark = useMatches("(prefers-color-scheme: dark)");
  const height = narrow ? 320 : 400;

  const plane = useMemo<Plane>(
    () => ({ ...domainOf(modules), left: 34, top: 20, width: Math.max(width - 48, 50), height: height - 60 }),
    [modules, width, height],
  );
  const dots = useMemo(() => dotsOf(modules, plane), [modules, plane]);
  const byGrowth = useMemo(() => dots.toSorted((a, b) => a.x - b.x || a.y - b.y), [dots]);
  const dot = dots.find(({ module }) => module.row.id === marked);

  useEffect(() => {
    const el = host.current;
    if (!el) return;
    setWidth(el.clientWidth);
    const size = new ResizeObserver(() => setWidth(el.clientWidth));
    size.observe(el);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    const el = canvas.current;
    const c = el?.getContext("2d");
    if (!el || !c) return;
    const scale = devicePixelRatio;
    el.width = width * scale;
    el.height = height * scale;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    paint(c, plane, dots, { marked: dot, part }, readColors(el), text);
  }, [dots, dot, part, plane, width, height, dark, text]);

  const step = (by: number) => {
    const at = dot ? byGrowth.indexOf(dot) : by > 0 ? -1 : byGrowth.length;
    setMarked(byGrowth[Math.max(0, Math.min(at + by, byGrowth.length - 1))]?.module.row.id);
  };
  const press = (e: MouseEvent & { pointerType?: string }) => {
    const hit = dotAt(dots, e.offsetX, e.offsetY, reach)?.module.row.id;
    // A finger reads first: there is no hovering.
    if (hit && (e.pointerType !== "touch" || hit === marked)) onOpen(hit);
    else if (hit) setMarked(hit);
    else onPart(quadrantAt(plane, e.offsetX, e.offsetY));
  };
  return (
    <div class="plane" ref={host} style={{ height }}>
      <canvas
        ref={canvas}
        tabIndex={0}
        aria-label={text.planeLabel(count(dots.length))}
        onKeyDown={(e) => {
          const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
          if (by) step(by);
          else if (e.key === "Enter" && marked) onOpen(marked);
          else if (e.key === "Escape" && marked) setMarked(undefined);
          else return;
          e.preventDefault();
          e.stopPropagation();
        }}
        style={{ height }}
        onClick={press}
        onPointerMove={(e) =>
          e.pointerType === "mouse" && setMarked(dotAt(dots, e.offsetX, e.offsetY, reach)?.module.row.id)
        }
        onPointerLeave={(e) => e.pointerType === "mouse" && setMarked(undefined)}
      />
      <div role="status">{dot && <Reading dot={dot} within={width} />}</div>
    </div>
  );
}

/** What a dot says, beside it. */
function Reading({ dot: { module, x, y, r }, within }: { dot: Dot; within: number }) {
  const text = useText();
  const { row, growth, kind } = module;
  const names = namesOf(row.id);
  const right = x > within / 2;
  return (
    <div
      class={`reading ${right ? "left" : ""}`}
      style={{ top: y, ...(right ? { right: within - x + r + 8 } : { left: x + r + 8 }) }}
    >
      <b>{names.at(-1)}</b>
      <small>{names.slice(0, -1).join(" › ")}</small>
      <span>{text.capacity.read(doubted(growth, signed(monthly(growth), 1)), decimal(row.headroom, 0))}</span>
      <span>
        {text.capacity.devices(row.devices ?? 0)}
        {growth && `, ${text.columns.full.toLowerCase()} ${fullDay(growth, text)}`}
      </span>
      {kind !== "calm" && <span class={kind}>{text.capacity.kinds[kind]}</span>}
    </div>
  );
}
