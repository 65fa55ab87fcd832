import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Curve } from "../api/types";
import { clock, decimal } from "../text/format";
import { useText } from "../text/language";
import { axes, line, timeSeries } from "./look";
import { type Area, areasOf, point, upright } from "./marks";
import { type Colors, type Look, type Mark, Plot } from "./plot";
import { axisTop, dayData, knownZone, peakPoint } from "./series";

interface Props {
  curve: Curve;
  other: Curve | undefined; // by the model it is compared with
  zone: string | undefined; // as the server names it
  areas: Area[]; // that are marked
  onSelect: ((from: number, to: number) => void) | undefined; // of what is dragged over, Unix seconds
  label: string;
  height: number;
}

/** The last day and the rest of today, with the band, last week, now and the peak, by one model or two. */
export function DayChart({ curve, other, zone, areas, onSelect, label, height }: Props) {
  const text = useText();
  const data = useMemo(() => dayData(curve, other), [curve, other]);
  const peaks = [curve.peak_today, ...(other ? [other.peak_today] : [])];
  const top = axisTop([...data.slice(1).flat(), ...peaks.flatMap((p) => [p.upper, p.value])]);

  const timeZone = knownZone(zone);
  const hours = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  const write = (seconds: number) => hours.format(seconds * 1000);

  const peakMark = (of: Curve, name: string, color: string, below: boolean): Mark[] => {
    const at = peakPoint(of);
    const label = `${name} ${decimal(of.peak_today.value)} ${text.at(clock(of.peak_today.at))}`;
    return at ? [point(at, label, color, below)] : [];
  };
  const marks = (c: Colors): Mark[] => [
    ...areasOf(areas, c.marked),
    upright(curve.now, text.now, c.muted),
    ...(other ? peakMark(other, `${text.models.classic}: ${text.peak}`, c.other, true) : []),
    ...peakMark(curve, text.peak, c.warn, false),
  ];
  const second = (bound: string, c: Colors) =>
    line(`${text.models.classic}: ${bound}`, { color: c.other, width: 1, dash: [2, 3] });
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
      ...(other ? [second(text.upper, c), second(text.lower, c)] : []),
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
      look={`${text.locale} ${zone} ${other !== undefined}`}
      options={options}
      drawn={JSON.stringify(areas)}
      onSelect={onSelect}
    />
  );
}
