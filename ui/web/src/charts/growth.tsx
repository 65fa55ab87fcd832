import { useMemo, useRef } from "preact/hooks";
import type { Trend } from "../api/types";
import { decimal, signed } from "../text/format";
import { useText } from "../text/language";
import { axes, bandSeries, countAxis, dateIn, dayWriter, line, steps, timeSeries } from "./look";
import { type Area, areasOf, level, onAxis, stepNames, upright } from "./marks";
import { type Colors, type Look, type Mark, Plot } from "./plot";
import { axisTop, dayTime, deviceSteps, trendData } from "./series";

/** The number of devices takes the lowest part of the chart, one in so many. */
const devicesShare = 7;

/** The day of the newest peak: what the legend shows at rest. */
const lastPeak = ({ days, peaks }: Trend) =>
  dayTime(days[peaks.findLastIndex((p) => p !== null)] ?? days[0] ?? "1970-01-01");

interface Props {
  trend: Trend;
  areas: Area[]; // that are marked, as if the wall clock were UTC
  label: string;
  height: number;
}

/**
 * The daily peaks, the straight line through them, what is expected to the horizon and the
 * target load; below them the number of devices, and the days by which it is full.
 */
export function GrowthChart({ trend, areas, label, height }: Props) {
  const text = useText();
  const data = useMemo(() => trendData(trend), [trend]);
  const top = axisTop([...data.slice(1, -1).flat(), trend.target_load]);
  const most = Math.max(1, ...trend.devices.map(Number));
  const write = dayWriter(text.locale);

  const named = deviceSteps(trend).map((step) => ({ ...step, label: text.deviceStep(signed(step.by, 0)) }));
  const said = named.map((step) => ` ${write(step.x)}: ${step.label}.`).slice(-3);

  const latest = useRef(most);
  latest.current = most;
  const marks = (c: Colors): Mark[] => {
    const { as_of: asOf, full_on: full } = trend.growth;
    const [from = full.value, to = full.value] = [full.lower || undefined, full.upper || undefined];
    const half = 43_200; // seconds: a day is drawn at its noon
    return [
      ...areasOf(
        trend.events.map(({ name, from, to, uplift }) => ({
          from: dayTime(from) - half,
          to: dayTime(to) + half,
          label: `${name} ×${uplift}`,
          draft: false,
        })),
        c.event,
      ),
      ...areasOf(areas, c.marked),
      stepNames(named, "devices", c, dayTime(asOf || (trend.days.at(-1) ?? ""))),
      ...(asOf ? [upright(dayTime(asOf), text.now, c.muted)] : []),
      ...(trend.target_load === null
        ? []
        : [level(trend.target_load, `${text.target} ${decimal(trend.target_load, 0)} %`, c.warn)]),
      ...(full.value
        ? [
            upright(dayTime(full.value), `${text.full} ${full.value}`, c.warn, 1),
            onAxis(dayTime(full.value), dayTime(from), dayTime(to), c.warn),
          ]
        : []),
    ];
  };
  const options = (c: Colors): Look => ({
    tzDate: dateIn("UTC"),
    scales: { devices: { range: () => [0, latest.current * devicesShare] } },
    axes: [...axes(c, write), countAxis(c, "devices", () => latest.current)],
    series: [
      timeSeries(text.day, write),
      ...bandSeries(text.interval, c.bandEdge),
      line(text.line, { color: c.muted, width: 1.5, dash: [5, 4] }),
      line(text.expected, { color: c.load, width: 1, dash: [2, 3] }),
      line(text.dailyPeak, { color: c.load, width: 1.25, dots: 5 }),
      steps(text.fact.devices, { color: c.marked, width: 1.5, fill: c.ground }, "devices"),
    ],
    bands: [{ series: [1, 2], fill: c.band }],
  });
  return (
    <Plot
      data={data}
      marks={marks}
      top={top}
      label={label + said.join("")}
      height={height}
      look={text.locale}
      options={options}
      drawn={JSON.stringify([areas, trend.events])}
      rest={lastPeak(trend)}
    />
  );
}
