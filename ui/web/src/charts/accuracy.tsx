import { useMemo } from "preact/hooks";
import type { LedgerDay } from "../api/ledger";
import { accuracyOf } from "../ledger/accuracy";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { axes, dateIn, dayWriter, line, timeSeries } from "./look";
import { upright } from "./marks";
import { type Colors, type Look, Plot } from "./plot";
import { axisTop } from "./series";

const half = 43_200; // seconds: a day is drawn at its noon

/** How far off the forecasts about each day were, beside the naive ones. */
export function AccuracyChart({ days, height }: { days: LedgerDay[]; height: number }) {
  const text = useText();
  const { data, open } = useMemo(() => accuracyOf(days), [days]);
  const [times, errors = [], naive = []] = data;
  const write = dayWriter(text.locale);
  const better = errors.filter((error, i) => error !== null && error < (naive[i] ?? 0)).length;
  const marks = (c: Colors) => (open ? [upright(open - half, text.ledger.open, c.muted)] : []);
  const options = (c: Colors): Look => ({
    tzDate: dateIn("UTC"),
    axes: axes(c, write),
    scales: { held: { range: () => [0, 100] } },
    series: [
      timeSeries(text.day, write),
      line(text.ledger.columns.error, { color: c.load, width: 2, dots: 5 }),
      line(text.ledger.columns.naive, { color: c.other, dash: [4, 4], dots: 4 }),
      { ...line(text.ledger.columns.inside, { color: c.muted, width: 0 }), scale: "held" },
    ],
    bands: [],
  });
  const last = errors.at(-1) ?? null;
  return (
    <Plot
      data={data}
      marks={marks}
      top={axisTop([...errors, ...naive])}
      label={text.ledger.daysChart(better, times.length, decimal(last))}
      height={height}
      look={text.locale}
      options={options}
      drawn={`${open}`}
      rest={times.at(-1) ?? 0}
    />
  );
}
