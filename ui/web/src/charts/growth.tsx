import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Trend } from "../api/types";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { axes, line, timeSeries } from "./look";
import { type Area, areasOf, level, upright } from "./marks";
import { type Colors, type Look, type Mark, Plot } from "./plot";
import { axisTop, dayTime, trendData } from "./series";

interface Props {
  trend: Trend;
  areas: Area[]; // that are marked, as if the wall clock were UTC
  label: string;
  height: number;
}

/** The daily peaks, the straight line through them, what is expected to the horizon, and the target load. */
export function GrowthChart({ trend, areas, label, height }: Props) {
  const text = useText();
  const data = useMemo(() => trendData(trend), [trend]);
  const top = axisTop([...data.slice(1).flat(), trend.target_load]);
  const days = new Intl.DateTimeFormat(text.locale, { timeZone: "UTC", month: "short", day: "numeric" });
  const write = (seconds: number) => days.format(seconds * 1000);

  const marks = (c: Colors): Mark[] => {
    const { as_of: asOf, full_on: full } = trend.growth;
    return [
      ...areasOf(areas, c.marked),
      ...(asOf ? [upright(dayTime(asOf), text.now, c.muted)] : []),
      ...(trend.target_load === null
        ? []
        : [level(trend.target_load, `${text.target} ${decimal(trend.target_load, 0)} %`, c.warn)]),
      ...(full.value ? [upright(dayTime(full.value), `${text.full} ${full.value}`, c.warn, 1)] : []),
    ];
  };
  const options = (c: Colors): Look => ({
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    axes: axes(c, write),
    series: [
      timeSeries(text.day, write),
      line(text.upper, { color: c.bandEdge, width: 0.5 }),
      line(text.lower, { color: c.bandEdge, width: 0.5 }),
      line(text.line, { color: c.muted, width: 1.5, dash: [5, 4] }),
      line(text.expected, { color: c.load, width: 1, dash: [2, 3] }),
      line(text.dailyPeak, { color: c.load, width: 1.25, dots: 5 }),
    ],
    bands: [{ series: [1, 2], fill: c.band }],
  });
  return (
    <Plot
      data={data}
      marks={marks}
      top={top}
      label={label}
      height={height}
      look={text.locale}
      options={options}
      drawn={JSON.stringify(areas)}
    />
  );
}
