import type { ComponentChildren } from "preact";
import type { Growth, Num, Row } from "../api/types";
import type { Choice } from "../state/model";
import { address, plainClick } from "../state/router";
import { modulePath } from "../state/view";
import type { Text } from "../text/en";
import { clock, count, decimal, range, span, unknown } from "../text/format";
import { useText } from "../text/language";

/** A value with a smaller line below it. */
export const Two = ({ top, below }: { top: ComponentChildren; below: ComponentChildren }) => (
  <>
    <span class="main">{top}</span>
    <span class="sub">{below}</span>
  </>
);

/** What two models say, the leading one above; a reader hears which is which. */
export function Pair({ top, below }: { top: ComponentChildren; below: ComponentChildren }) {
  const { models } = useText();
  return (
    <>
      <span class="main">
        <small class="by">{models.calibrated} </small>
        {top}
      </span>
      <span class="main other">
        <small class="by">{models.classic} </small>
        {below}
      </span>
    </>
  );
}

interface PathProps {
  row: Row;
  model: Choice;
  onOpen: (id: string) => void;
}

export function PathCell({ row, model, onOpen }: PathProps) {
  const above = row.path.slice(0, -1).join(" › ");
  return (
    <a
      href={address(modulePath(row.id, model))}
      title={row.path.join(" › ")}
      tabIndex={-1}
      onClick={(e) => {
        e.stopPropagation();
        if (!plainClick(e)) return;
        e.preventDefault();
        onOpen(row.id);
      }}
    >
      <Two top={row.path.at(-1)} below={above} />
    </a>
  );
}

const arrows = { up: "↑", down: "↓", "": "" };

/** Rows that are still learning, be it today's peak, may have a band already. */
const isJudged = (row: Row) => row.score !== null && row.state !== "stale";

/** An alarm runs. */
const Flag = ({ text }: { text: Text }) => (
  <b class="alarming" role="img" aria-label={text.alarming} title={text.alarming}>
    ⚑
  </b>
);

/** YES ↑ 1.5, or a calm NO; nothing where it cannot be judged. */
function Answer({ row, text }: { row: Row; text: Text }) {
  if (!isJudged(row)) return <span class="none">{unknown}</span>;
  if (!row.deviates) return <span class="no">{text.no}</span>;
  return (
    <span class={`yes ${row.direction}`} title={row.direction === "down" ? text.down : text.up}>
      {text.yes} {arrows[row.direction]} {decimal(row.score)}
    </span>
  );
}

/** The answer with since when, or how far a calm load is from the mean, and whether that is an alarm. */
export function Verdict({ row, text }: { row: Row; text: Text }) {
  if (!isJudged(row)) return <Answer row={row} text={text} />;
  const detail = row.deviates ? row.since && text.since(clock(row.since)) : decimal(row.score);
  return (
    <Two
      top={<Answer row={row} text={text} />}
      below={
        <>
          {row.alarm && <Flag text={text} />} {detail}
        </>
      }
    />
  );
}

/** The same in one line. */
export const VerdictLine = ({ row, text }: { row: Row; text: Text }) => (
  <span title={row.since ? text.since(clock(row.since)) : undefined}>
    <Answer row={row} text={text} />
    {isJudged(row) && !row.deviates && <small> {decimal(row.score)}</small>}
    {row.alarm && <Flag text={text} />}
  </span>
);

export function PeakCell({ row: { peak_today: peak }, text }: { row: Row; text: Text }) {
  const below = peak.value !== null && (
    <>
      <span class="interval">{range(peak.lower, peak.upper)} </span>
      {peak.at && <span title={text.at(clock(peak.at))}>{clock(peak.at)}</span>}
    </>
  );
  return <Two top={decimal(peak.value)} below={below} />;
}

/** The day, or that there is none within sight. */
export const fullDay = (growth: Growth | undefined, text: Text) =>
  !growth || growth.state === "learning" ? unknown : growth.full_on.value || text.beyond;

export function FullOn({ growth, text }: { growth: Growth | undefined; text: Text }) {
  const shown = fullDay(growth, text);
  if (!growth?.full_on.value || shown === unknown) return <span class="none">{shown}</span>;
  const { value, lower, upper } = growth.full_on;
  const year = value.slice(0, 4);
  const near = [lower, upper].every((day) => day.startsWith(year) || !day);
  const brief = (day: string) => (near ? day.slice(5) : day.slice(0, 7)); // both to the day, or to the month
  return (
    <span title={`${lower || "…"} – ${upper || "…"}`}>
      <Two top={value} below={lower && (upper ? `${brief(lower)}–${brief(upper)}` : `≥ ${brief(lower)}`)} />
    </span>
  );
}

export function Order({ devices }: { devices: Num | undefined }) {
  if (devices == null) return <span class="none">{unknown}</span>;
  return devices > 0 ? <b class="order">+{count(devices)}</b> : <span class="none">0</span>;
}

export function StateCell({ row, text }: { row: Row; text: Text }) {
  if (row.state === "ok") return <span class="state ok">{text.states.ok}</span>;
  const age = span(row.age_seconds ?? 0); // null: never was any, as the reason says
  const stale = row.state === "stale";
  return (
    <span class={`state ${row.state}`} title={row.reason || (stale ? text.noDataFor(age) : "")}>
      <Two
        top={text.states[row.state]}
        below={stale && row.age_seconds !== null ? text.duration(age) : row.reason}
      />
    </span>
  );
}
