import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import type { LedgerDay } from "../api/ledger";
import { accuracyOf } from "../ledger/accuracy";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { axes, line, timeSeries } from "./look";
import { area } from "./marks";
import { type Colors, type Look, Plot } from "./plot";
import { axisTop, dayTime } from "./series";

const half = 43_200; // seconds: a day is drawn at its noon

/** How far off the forecasts about each day were, beside the naive ones. */
export function AccuracyChart({ days, height }: { days: LedgerDay[]; height: number }) {
  const text = useText();
  const { data, replayed } = useMemo(() => accuracyOf(days), [days]);
  const [times, errors = [], naive = []] = data;
  const format = new Intl.DateTimeFormat(text.locale, { timeZone: "UTC", month: "short", day: "numeric" });
  const write = (seconds: number) => format.format(seconds * 1000);
  const better = errors.filter((error, i) => error !== null && error < (naive[i] ?? 0)).length;
  const marks = (c: Colors) =>
    replayed
      ? [
          area(
            {
              from: dayTime(replayed[0]) - half,
              to: dayTime(replayed[1]) + half,
              label: text.ledger.replayed,
              draft: false,
              plain: true,
            },
            c.marked,
          ),
        ]
      : [];
  const options = (c: Colors): Look => ({
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
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
      drawn={JSON.stringify(replayed)}
      rest={times.at(-1) ?? 0}
    />
  );
}
