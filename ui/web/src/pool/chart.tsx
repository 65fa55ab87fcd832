import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Num } from "../api/types";
import { axes, clockWriter, dateIn, line, timeSeries } from "../charts/look";
import { level } from "../charts/marks";
import { type Colors, type Look, Plot } from "../charts/plot";
import { type Aligned, axisTop } from "../charts/series";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { type ScaleSeries, wholeTop } from "./series";

/** A line of a chart in the color of that name. */
interface Line {
  name: string;
  color: keyof Colors;
  width: number;
  dash?: number[];
}

/** A level with its name above it. */
interface Level {
  at: number;
  name: string;
  color: keyof Colors;
}

interface Props {
  data: Aligned;
  of: "workers" | "busy"; // whole numbers in steps, or percent
  lines: Line[];
  levels: Level[];
  days?: boolean; // the time is longer than a day
  zone: string | undefined;
  label: string;
  height: number; // pixels
}

/** The values between two holes, which a line does not show. */
const alone = (u: uPlot, of: number) =>
  (u.data[of] as Num[]).flatMap((v, i, all) =>
    v != null && all[i - 1] == null && all[i + 1] == null ? i : [],
  );

/** Workers, or how busy they are, over time. */
export function ScaleChart({ data, of, lines, levels, days = false, zone, label, height }: Props) {
  const text = useText();
  const whole = of === "workers";
  const write = clockWriter(zone, days ? { weekday: "short" } : {});
  const steps = whole ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const values = [...(data.slice(1).flat() as Num[]), ...levels.map(({ at }) => at)];
  const options = (c: Colors): Look => ({
    tzDate: dateIn(zone),
    axes: axes(c, write).map((axis, i) => (i === 1 && whole ? { ...axis, incrs: wholes } : axis)),
    series: [
      timeSeries(text.time, write),
      ...lines.map(({ name, color, ...style }) => ({
        ...line(name, { ...style, color: c[color] }),
        ...(steps ? { paths: steps } : { points: { show: false, size: 3, fill: c[color], filter: alone } }),
        value: (_u: uPlot, v: Num | undefined, _i: number, at: number | null) =>
          at === null ? "" : decimal(v ?? null, whole ? 0 : 1),
      })),
    ],
  });
  return (
    <div class={`plot-of-${of}`}>
      <Plot
        data={data}
        marks={(c) => levels.map(({ at, name, color }) => level(at, name, c[color]))}
        top={whole ? wholeTop(values) : axisTop(values)}
        label={label}
        height={height}
        look={`${text.locale} ${zone} ${lines.length}`}
        options={options}
        drawn={levels.map(({ name }) => name).join()}
      />
    </div>
  );
}

type SeriesProps = Pick<Props, "zone" | "label"> & { series: ScaleSeries };

/** How busy the processes were, with the bounds above and below which workers come and go. */
export function BusyChart({
  series,
  target,
  scaleIn,
  ...rest
}: SeriesProps & { target: number; scaleIn: number }) {
  const say = useText().pool;
  const data = useMemo<Aligned>(() => [series.times, series.busy], [series]);
  const named = say.bounds(decimal(100 * target, 0), decimal(100 * scaleIn, 0));
  return (
    <ScaleChart
      data={data}
      of="busy"
      lines={[{ name: say.busy, color: "load", width: 2 }]}
      levels={[
        { at: 100 * target, name: named, color: "warn" },
        { at: 100 * scaleIn, name: "", color: "muted" },
      ]}
      height={220}
      {...rest}
    />
  );
}

/** How many workers there were and should be, in steps. */
export function WorkersChart({ series, ...rest }: SeriesProps) {
  const say = useText().pool;
  const data = useMemo<Aligned>(() => [series.times, series.current, series.desired], [series]);
  return (
    <ScaleChart
      data={data}
      of="workers"
      lines={[
        { name: say.current, color: "load", width: 3 },
        { name: say.desired, color: "other", width: 1.5, dash: [5, 4] }, // over the other
      ]}
      levels={[]}
      height={160}
      {...rest}
    />
  );
}

/** Distances of lines on an axis of whole numbers. */
const wholes = [1, 2, 5].flatMap((n) => [n, n * 10, n * 100, n * 1000, n * 10_000]).sort((a, b) => a - b);
