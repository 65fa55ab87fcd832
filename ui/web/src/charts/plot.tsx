import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useMatches } from "../media";
import type { Aligned } from "./series";

/** Draws on the finished chart: marks that are no series. */
export type Mark = (u: uPlot) => void;

interface Props {
  data: Aligned;
  marks: (colors: Colors) => Mark[];
  top: number; // the upper end of the axis
  bottom?: number; // zero unless said
  label: string; // what the picture says, for those who do not see it
  height: number;
  look: string; // changes when options says something else: the language, the zone
  drawn?: string; // changes when the marks do without the data
  onSelect?: ((from: number, to: number) => void) | undefined; // of an x interval that is dragged over; without it that zooms
  options: (colors: Colors) => Look;
  rest?: number; // x whose values the legend shows while no cursor is on the chart; nothing without it
  onRange?: ((from: number, to: number) => void) | undefined; // of x, that is shown from now on
  children?: ComponentChildren; // below the axis; --plot-left and --plot-width are those of the plotting area
}

/** What a chart may ask of uPlot: vite.uplot.ts leaves out most of the rest. */
export type Look = Pick<uPlot.Options, "tzDate" | "bands"> & {
  axes: Axis[];
  series: Series[];
  scales?: Record<string, { range: () => [number, number] }>;
};

export type Axis = uPlot.Axis & { values: uPlot.Axis.DynamicValues };

export type Series = uPlot.Series & { value: Exclude<uPlot.Series.Value, string> };

export type Colors = Record<
  | "ink"
  | "muted"
  | "grid"
  | "load"
  | "ghost"
  | "band"
  | "bandEdge"
  | "other"
  | "warn"
  | "marked"
  | "event"
  | "ground"
  | "surface",
  string
>;

/** One chart: made once, fed with each snapshot, destroyed on leaving. */
export function Plot({
  data,
  marks,
  top,
  bottom = 0,
  label,
  height,
  look,
  options,
  drawn = "",
  onSelect,
  rest,
  onRange,
  children,
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ marks, top, bottom, onSelect, rest, onRange });
  const dark = useMatches("(prefers-color-scheme: dark)");
  latest.current = { marks, top, bottom, onSelect, rest, onRange };
  if (chart.current?.cursor.drag) chart.current.cursor.drag.setScale = !onSelect;

  // Data come by the next effect; look stands for options. It is made before the first paint: nothing jumps.
  useLayoutEffect(() => {
    const el = host.current;
    if (!el) return;
    const colors = readColors(el);
    const { scales, ...own } = options(colors);
    const made = new uPlot(
      {
        ...own,
        width: el.clientWidth,
        height,
        scales: { y: { range: () => [latest.current.bottom, latest.current.top] }, ...scales },
        cursor: {
          y: false,
          points: { size: 7 },
          drag: { x: true, y: false, setScale: !latest.current.onSelect },
        },
        legend: {
          markers: { width: 0, fill: strokeOf },
          mount: (_u, table) => legend.current?.append(table),
        },
        hooks: {
          draw: [(u) => drawAll(u, latest.current.marks(colors)), placeBelow],
          setSelect: [(u) => tellSelected(u, latest.current.onSelect)],
          setCursor: [(u) => readAtRest(u, latest.current.rest)],
          setData: [(u) => readAtRest(u, latest.current.rest)],
          setScale: [(u, key) => key === "x" && tellRange(u, latest.current.onRange)],
        },
      },
      data,
      el,
    );
    chart.current = made;
    readAtRest(made, latest.current.rest);
    followFinger(made);
    const size = new ResizeObserver(() => made.setSize({ width: el.clientWidth, height }));
    size.observe(el);
    return () => {
      size.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [look, dark, height]);
  useEffect(() => chart.current?.setData(data), [data]);
  useEffect(() => chart.current?.redraw(false), [drawn]);

  return (
    <div class="plot">
      <div ref={host} role="img" aria-label={label} />
      {children}
      <div class="plot-legend" ref={legend} aria-hidden="true" />
    </div>
  );
}

/** Without a cursor the legend shows the values at rest, so that it is never empty. */
function readAtRest(u: uPlot, rest: number | undefined) {
  if (rest === undefined || (u.cursor.idx ?? null) !== null) return;
  const idx = u.valToIdx(rest);
  if (u.legend.idx !== idx) u.setLegend({ idx }, false);
}

/** A finger that moves sideways moves the cursor; up and down it scrolls the page. */
function followFinger(u: uPlot) {
  const follow = (e: PointerEvent) => {
    if (e.pointerType !== "touch") return;
    const { left, top } = u.over.getBoundingClientRect();
    u.setCursor({ left: e.clientX - left, top: e.clientY - top });
  };
  u.over.addEventListener("pointerdown", follow);
  u.over.addEventListener("pointermove", follow);
}

/** Tells what stands below the chart where its plotting area is. */
function placeBelow({ root: { parentElement }, bbox }: uPlot) {
  const style = parentElement?.parentElement?.style;
  style?.setProperty("--plot-left", `${bbox.left / devicePixelRatio}px`);
  style?.setProperty("--plot-width", `${bbox.width / devicePixelRatio}px`);
}

function tellRange(u: uPlot, tell: Props["onRange"]) {
  const { min, max } = u.scales.x ?? {};
  if (min !== undefined && max !== undefined) tell?.(min, max);
}

/** The legend shows each series in the colour of its line. */
const strokeOf = (u: uPlot, i: number): string => {
  const stroke = u.series[i]?.stroke;
  return String(typeof stroke === "function" ? stroke(u, i) : (stroke ?? "transparent"));
};

/** Tells of the interval that was dragged over, which is not left shaded. */
function tellSelected(u: uPlot, tell: Props["onSelect"]) {
  const { left, width } = u.select;
  if (!tell || width === 0) return;
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  tell(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
}

function drawAll(u: uPlot, marks: Mark[]) {
  for (const mark of marks) mark(u);
}

/** The chart's colours are those of the page, light or dark. */
function readColors(el: Element): Colors {
  const style = getComputedStyle(el);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    muted: read("muted"),
    grid: read("line"),
    load: read("chart-load"),
    ghost: read("chart-ghost"),
    band: read("chart-band"),
    bandEdge: read("chart-band-edge"),
    other: read("chart-other"),
    warn: read("up"),
    marked: read("chart-marked"),
    event: read("warn"),
    ground: read("chart-ground"),
    surface: read("surface"),
  };
}
