import { useMemo } from "preact/hooks";
import type { LedgerEntry } from "../api/ledger";
import { countHeld, pastDays } from "../ledger/days";
import { useText } from "../text/language";
import { axes, bandSeries, dateIn, dayWriter, line, timeSeries } from "./look";
import { whisker } from "./marks";
import { type Axis, type Colors, type Look, type Mark, Plot } from "./plot";
import { axisBottom, axisTop } from "./series";

interface Props {
  entries: LedgerEntry[];
  days: number; // the newest ones
  height: number;
}

/** Each day's peak, and what was forecast of it in its course: an interval that missed has a cross. */
export function PastChart({ entries, days, height }: Props) {
  const text = useText();
  const { data, said } = useMemo(() => pastDays(entries, days), [entries, days]);
  const { held, over } = countHeld(said);
  const write = dayWriter(text.locale);
  const exact = dayWriter(text.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  const marks = (c: Colors): Mark[] =>
    said.map((s) => whisker(s, s.inside === false, s.inside === false ? c.warn : c.muted));
  const options = (c: Colors): Look => ({
    tzDate: dateIn("UTC"),
    axes: wholeDays(axes(c, write)),
    series: [
      timeSeries(text.time, exact),
      line(text.ledger.came, { color: c.load, width: 2 }),
      line(text.ledger.forecast, { color: c.muted, width: 0 }),
      ...bandSeries(text.interval, c.muted).map((s) => ({ ...s, width: 0 })),
    ],
    bands: [],
  });
  return (
    <Plot
      data={data}
      marks={marks}
      top={axisTop(data.slice(1).flat())}
      bottom={axisBottom(data.slice(1).flat())}
      label={text.ledger.chart(held, over)}
      height={height}
      look={text.locale}
      options={options}
      rest={data[0].at(-1) ?? 0}
    />
  );
}

/** Seconds between two labels. */
const dayIncrs = [1, 2, 5, 10, 30].map((days) => days * 86_400);

/** One label a day at most. */
function wholeDays(axes: Axis[]): Axis[] {
  return axes.map((axis, i) => (i === 0 ? { ...axis, incrs: dayIncrs } : axis));
}
