import { useEffect, useRef } from "preact/hooks";
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
  options: (colors: Colors) => Look;
}

export type Look = Pick<uPlot.Options, "tzDate" | "axes" | "series" | "bands">;

export type Colors = Record<
  "ink" | "muted" | "grid" | "load" | "ghost" | "band" | "bandEdge" | "other" | "warn",
  string
>;

/** One chart: made once, fed with each snapshot, destroyed on leaving. */
export function Plot({ data, marks, top, bottom = 0, label, height, look, options }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ marks, top, bottom });
  const dark = useMatches("(prefers-color-scheme: dark)");
  latest.current = { marks, top, bottom };

  // Data come by the next effect; look stands for options.
  useEffect(() => {
    const el = host.current;
    if (!el) return;
    const colors = readColors(el);
    const made = new uPlot(
      {
        ...options(colors),
        width: el.clientWidth,
        height,
        scales: { y: { range: () => [latest.current.bottom, latest.current.top] } },
        cursor: { y: false, points: { size: 7 } },
        legend: { markers: { width: 0, fill: strokeOf } },
        hooks: { draw: [(u) => drawAll(u, latest.current.marks(colors))] },
      },
      data,
      el,
    );
    chart.current = made;
    const size = new ResizeObserver(() => made.setSize({ width: el.clientWidth, height }));
    size.observe(el);
    return () => {
      size.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [look, dark, height]);
  useEffect(() => chart.current?.setData(data), [data]);

  return <div class="plot" ref={host} role="img" aria-label={label} />;
}

/** The legend shows each series in the colour of its line. */
const strokeOf = (u: uPlot, i: number): string => {
  const stroke = u.series[i]?.stroke;
  return String(typeof stroke === "function" ? stroke(u, i) : (stroke ?? "transparent"));
};

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
  };
}
