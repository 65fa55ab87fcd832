import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Num } from "../api/types";
import { axes, line, timeSeries } from "../charts/look";
import { level } from "../charts/marks";
import { type Colors, type Look, Plot } from "../charts/plot";
import { type Aligned, axisTop } from "../charts/series";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { type ScaleSeries, wholeTop } from "./series";

interface Props {
  series: ScaleSeries;
  zone: string | undefined;
  label: string;
}

const height = { busy: 220, workers: 160 }; // pixels

const clockIn = (timeZone: string | undefined) => {
  const hours = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  return (seconds: number) => hours.format(seconds * 1000);
};

export const dateIn = (timeZone: string | undefined) => (seconds: number) => {
  const date = new Date(seconds * 1000);
  return timeZone ? uPlot.tzDate(date, timeZone) : date;
};

/** How busy the processes were, with the bounds above and below which workers come and go. */
export function BusyChart({
  series,
  zone,
  label,
  target,
  scaleIn,
}: Props & { target: number; scaleIn: number }) {
  const text = useText();
  const say = text.pool;
  const data = useMemo<Aligned>(() => [series.times, series.busy], [series]);
  const top = axisTop([...series.busy, 100 * target]);
  const write = clockIn(zone);
  const named = say.bounds(decimal(100 * target, 0), decimal(100 * scaleIn, 0));
  const options = (c: Colors): Look => ({
    tzDate: dateIn(zone),
    axes: axes(c, write),
    series: [timeSeries(text.time, write), line(say.busy, { color: c.load, width: 2 })],
  });
  return (
    <div class="plot-of-busy">
      <Plot
        data={data}
        marks={(c) => [level(100 * target, named, c.warn), level(100 * scaleIn, "", c.muted)]}
        top={top}
        label={label}
        height={height.busy}
        look={`${text.locale} ${zone}`}
        options={options}
        drawn={named}
      />
    </div>
  );
}

/** How many workers there were and should be, in steps. */
export function WorkersChart({ series, zone, label }: Props) {
  const text = useText();
  const say = text.pool;
  const data = useMemo<Aligned>(() => [series.times, series.current, series.desired], [series]);
  const write = clockIn(zone);
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const stepped = (s: uPlot.Series): uPlot.Series => ({
    ...s,
    ...(steps && { paths: steps }),
    value: (_u, v: Num | undefined, _i, at) => (at === null ? "" : decimal(v ?? null, 0)),
  });
  const options = (c: Colors): Look => ({
    tzDate: dateIn(zone),
    axes: axes(c, write).map((axis, i) => (i === 1 ? { ...axis, incrs: wholes } : axis)),
    series: [
      timeSeries(text.time, write),
      stepped(line(say.current, { color: c.load, width: 3 })),
      stepped(line(say.desired, { color: c.other, width: 1.5, dash: [5, 4] })), // over the other
    ],
  });
  return (
    <div class="plot-of-workers">
      <Plot
        data={data}
        marks={() => []}
        top={wholeTop([...series.desired, ...series.current])}
        label={label}
        height={height.workers}
        look={`${text.locale} ${zone}`}
        options={options}
      />
    </div>
  );
}

/** Distances of lines on an axis of whole numbers. */
export const wholes = [1, 2, 5]
  .flatMap((n) => [n, n * 10, n * 100, n * 1000, n * 10_000])
  .sort((a, b) => a - b);
