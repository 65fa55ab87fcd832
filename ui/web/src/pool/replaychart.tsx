import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { Replayed } from "../api/pool";
import type { Num } from "../api/types";
import { axes, line, timeSeries } from "../charts/look";
import { level } from "../charts/marks";
import { type Colors, type Look, Plot } from "../charts/plot";
import { axisTop } from "../charts/series";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { dateIn, wholes } from "./chart";
import { curvesOf } from "./replay";
import { wholeTop } from "./series";

interface Props {
  replayed: Replayed;
  of: "workers" | "busy";
  zone: string | undefined;
  names: string[]; // of the policies
}

const height = 220; // pixels

/** Each policy has a colour and a dash of its own. */
const looks = (c: Colors) => [
  { color: c.load, width: 2 },
  { color: c.other, width: 1.75, dash: [6, 3] },
  { color: c.warn, width: 1.75, dash: [2, 2] },
];

/** What the policies asked for, or how busy that made the workers: the most of each step of time. */
export function ReplayChart({ replayed, of, zone, names }: Props) {
  const text = useText();
  const say = text.pool.replay;
  const data = useMemo(() => curvesOf(replayed, of), [replayed, of]);
  const written = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const write = (seconds: number) => written.format(seconds * 1000);
  const stepped = of === "workers" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const values = data.slice(1).flat() as Num[];
  const target = 100 * (replayed.sides[0]?.policy.target ?? 0);
  const peak = replayed.rivals.static_peak.workers ?? 0;
  const mark = of === "busy" ? target : peak;
  const options = (c: Colors): Look => ({
    tzDate: dateIn(zone),
    axes: axes(c, write).map((axis, i) => (i === 1 && of === "workers" ? { ...axis, incrs: wholes } : axis)),
    series: [
      timeSeries(text.time, write),
      ...names.map((name, i) => ({
        ...line(name, looks(c)[i] ?? { color: c.ink }),
        ...(stepped && { paths: stepped }),
        value: (_u: uPlot, v: Num | undefined, _i: number, at: number | null) =>
          at === null ? "" : decimal(v ?? null, of === "busy" ? 1 : 0),
      })),
    ],
  });
  const named = of === "busy" ? say.targetLine(decimal(target, 0)) : say.peakLine(peak);
  return (
    <Plot
      data={data}
      marks={(c) => [level(mark, named, of === "busy" ? c.warn : c.muted)]}
      top={of === "busy" ? axisTop([...values, target]) : wholeTop([...values, peak])}
      label={`${say.charts[of]}: ${names.join(", ")}`}
      height={height}
      look={`${text.locale} ${zone} ${names.length}`}
      options={options}
      drawn={named}
    />
  );
}
