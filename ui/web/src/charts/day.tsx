import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Curve } from "../api/types";
import { clock, decimal, range, span } from "../text/format";
import { useText } from "../text/language";
import { axes, bandSeries, clockWriter, dateIn, line, timeSeries } from "./look";
import { type Area, area, areasOf, point, upright } from "./marks";
import { type Colors, type Look, type Mark, Plot } from "./plot";
import { axisTop, dayData, gapOf, knownZone, peakPoint } from "./series";

interface Props {
  curve: Curve;
  other: Curve | undefined; // by the model it is compared with
  zone: string | undefined; // as the server names it
  areas: Area[]; // that are marked
  onSelect: ((from: number, to: number) => void) | undefined; // of what is dragged over, Unix seconds
  label: string;
  height: number;
  onRange?: ((from: number, to: number) => void) | undefined;
  children?: ComponentChildren; // below the axis
}

/** The last day and the rest of today, with the band, last week, now and the peak, by one model or two. */
export function DayChart({ curve, other, zone, areas, onSelect, label, height, onRange, children }: Props) {
  const text = useText();
  const data = useMemo(() => dayData(curve, other), [curve, other]);
  const peaks = [curve.peak_today, ...(other ? [other.peak_today] : [])];
  const top = axisTop([...data.slice(1).flat(), ...peaks.flatMap((p) => [p.upper, p.value])]);

  const timeZone = knownZone(zone);
  const write = clockWriter(timeZone);

  const peakMark = (of: Curve, name: string, color: string, below: boolean): Mark[] => {
    const at = peakPoint(of);
    const { value, lower, upper, at: when } = of.peak_today;
    const label = `${name} ${decimal(value)} (${range(lower, upper)}) ${text.at(clock(when))}`;
    return at ? [point(at, label, color, below, { x: curve.now, name: text.now })] : [];
  };
  const gap = gapOf(curve);
  const silent = gap && {
    ...gap,
    label: text.noDataFor(span(gap.to - gap.from)),
    draft: false,
    plain: true as const,
  };
  const marks = (c: Colors): Mark[] => [
    ...(silent ? [area(silent, c.muted)] : []),
    ...areasOf(areas, c.marked),
    upright(curve.now, text.now, c.muted),
    ...(other ? peakMark(other, `${text.models.classic}: ${text.peak}`, c.other, true) : []),
    ...peakMark(curve, text.peak, c.warn, false),
  ];
  const second = (c: Colors) =>
    bandSeries(`${text.models.classic}: ${text.band}`, c.other).map((s) => ({
      ...s,
      width: 1,
      dash: [2, 3],
    }));
  const options = (c: Colors): Look => ({
    tzDate: dateIn(timeZone),
    axes: axes(c, write),
    series: [
      timeSeries(text.time, write),
      ...bandSeries(text.band, c.bandEdge),
      line(text.lastWeek, { color: c.ghost }),
      line(text.expected, { color: c.muted, dash: [4, 4] }),
      line(text.load, { color: c.load, width: 2 }),
      ...(other ? second(c) : []),
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
      rest={curve.now}
      onRange={onRange}
    >
      {children}
    </Plot>
  );
}
