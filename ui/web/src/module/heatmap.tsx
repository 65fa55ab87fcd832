import { useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Heat } from "../api/types";
import { Choice } from "../choice";
import { Loaded, Panel } from "../panel";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { cellAfter, cellAt, type HeatOf, hoursOf, hoursPerDay, rangeOfHeat, shadeOf, stepsOf } from "./heat";

interface Props {
  id: string;
  at: string; // the server's time
  of: HeatOf;
  onOf: (of: HeatOf) => void;
}

const weeks = 8;

/** The load by weekday and hour: the number in each cell, and a shade that shows the week at a glance. */
export function HeatPanel({ id, at, of, onOf }: Props) {
  const text = useText().module.heat;
  const heat = useResource(`heat ${id} ${at.slice(0, 10)}`, 0, () => api.heat(id, weeks)); // once a day
  const unit = heat.data && text.unit(heat.data.from, heat.data.to);
  return (
    <Panel title={text.title} unit={unit ?? ""} name="heat-panel">
      <Choice
        label={text.shows}
        shown
        value={of}
        options={(["mean", "peak"] as const).map((one) => [one, text.ofs[one]])}
        onChange={(one) => onOf(one as HeatOf)}
      />
      <Loaded of={heat} empty={text.none} isEmpty={(h) => rangeOfHeat(h, of) === null}>
        {(h) => <HeatMap heat={h} of={of} now={cellAt(at)} />}
      </Loaded>
    </Panel>
  );
}

function HeatMap({ heat, of, now }: { heat: Heat; of: HeatOf; now: number }) {
  const text = useText();
  const say = text.module.heat;
  const [chosen, setAt] = useState<number>();
  const at = chosen ?? now;
  const grid = useRef<HTMLTableElement>(null);
  const range = rangeOfHeat(heat, of) ?? [0, 0];
  const format = new Intl.DateTimeFormat(text.locale, { timeZone: "UTC", weekday: "short" });
  const day = (i: number) => format.format(Date.UTC(2024, 0, 1 + i)); // which was a Monday
  const words = (i: number) => {
    const { mean = null, peak = null, peak_on = "" } = heat.cells[i] ?? {};
    const name = day(Math.floor(i / hoursPerDay));
    return mean === null
      ? say.noLoad(name, hoursOf(i))
      : say.cell(name, hoursOf(i), decimal(mean), decimal(peak), peak_on);
  };
  const walk = (e: KeyboardEvent) => {
    const next = cellAfter(e.key, at);
    if (next === undefined) return;
    e.preventDefault();
    setAt(next);
    grid.current?.querySelectorAll("button")[next]?.focus();
  };
  const point = (e: Event) => {
    const button = e.target instanceof Element ? e.target.closest("button") : null;
    const cell = button?.dataset.cell;
    if (cell !== undefined) setAt(Number(cell));
  };
  return (
    <>
      <table
        class="heat"
        aria-label={say.title}
        ref={grid}
        onKeyDown={walk}
        onPointerOver={point}
        onFocusIn={point}
      >
        <thead>
          <tr>
            <td />
            {Array.from({ length: hoursPerDay }, (_, hour) => (
              <th key={`${hour}`} scope="col">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: 7 }, (_, d) => (
            <tr key={day(d)}>
              <th scope="row">{day(d)}</th>
              {heat.cells.slice(d * hoursPerDay, (d + 1) * hoursPerDay).map(({ [of]: value }, hour) => {
                const cell = d * hoursPerDay + hour;
                const shade = shadeOf(value, range);
                return (
                  <td key={hoursOf(cell)}>
                    <button
                      type="button"
                      data-cell={cell}
                      class={`${shade === null ? "unknown" : `shade-${shade}`}${cell === now ? " now" : ""}`}
                      tabIndex={cell === at ? 0 : -1}
                    >
                      <span class="hidden">{words(cell)}</span>
                      <span aria-hidden="true">{value === null ? "" : decimal(value, 0)}</span>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="heat-said" aria-hidden="true">
        {words(at)}
        {at === now && ` (${say.current})`}
      </p>
      <ul class="heat-legend">
        {stepsOf(range).map(([from, to], i) => (
          <li key={`${from}`}>
            <i class={`shade-${i}`} /> {decimal(from)}–{decimal(to)} %
          </li>
        ))}
        <li>
          <i class="now" /> {say.current}
        </li>
        <li>
          {say.hint} {heat.marked_minutes > 0 && say.marked(decimal(heat.marked_minutes / 60))}
        </li>
      </ul>
    </>
  );
}
