import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Curve } from "../api/types";
import { clock, decimal } from "../text/format";
import { useText } from "../text/language";
import { axes, line, timeSeries } from "./look";
import { point, upright } from "./marks";
import { type Colors, type Look, type Mark, Plot } from "./plot";
import { axisTop, dayData, knownZone, peakPoint } from "./series";

interface Props {
  curve: Curve;
  zone: string | undefined; // as the server names it
  label: string;
  height: number;
}

/** The last day and the rest of today, with the band, last week, now and the peak. */
export function DayChart({ curve, zone, label, height }: Props) {
  const text = useText();
  const data = useMemo(() => dayData(curve), [curve]);
  const peak = peakPoint(curve);
  const top = axisTop([...data.slice(1).flat(), curve.peak_today.upper, curve.peak_today.value]);

  const timeZone = knownZone(zone);
  const hours = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  const write = (seconds: number) => hours.format(seconds * 1000);

  const marks = (c: Colors): Mark[] => [
    upright(curve.now, text.now, c.muted),
    ...(peak
      ? [point(peak, `${text.peak} ${decimal(peak.y)} ${text.at(clock(curve.peak_today.at))}`, c.warn)]
      : []),
  ];
  const options = (c: Colors): Look => ({
    tzDate: (seconds) => {
      const date = new Date(seconds * 1000);
      return timeZone ? uPlot.tzDate(date, timeZone) : date;
    },
    axes: axes(c, write),
    series: [
      timeSeries(text.time, write),
      line(text.upper, { color: c.bandEdge, width: 0.5 }),
      line(text.lower, { color: c.bandEdge, width: 0.5 }),
      line(text.lastWeek, { color: c.ghost }),
      line(text.expected, { color: c.muted, dash: [4, 4] }),
      line(text.load, { color: c.load, width: 2 }),
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
      look={`${text.locale} ${zone}`}
      options={options}
    />
  );
}
