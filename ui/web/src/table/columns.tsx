import type { ComponentChildren } from "preact";
import type { Row } from "../api/types";
import { address, plainClick } from "../state/router";
import { modulePath } from "../state/view";
import type { Text } from "../text/en";
import { clock, count, decimal, range, signed, span } from "../text/format";
import { Bar } from "./bar";
import type { Entry } from "./entries";
import { NoteCell } from "./note";

/** What the cells need beside their row. */
export interface Sheet {
  text: Text;
  scale: number; // percent at the end of the bars
  onOpen: (id: string) => void;
  onNote: (id: string, note: string) => void;
}

export interface Column {
  id: keyof Text["columns"];
  highFirst: boolean; // the first click sorts from high to low
  cell: (entry: Entry, sheet: Sheet) => ComponentChildren;
}

/** A value with a smaller line below it. */
const Two = ({ top, below }: { top: ComponentChildren; below: ComponentChildren }) => (
  <>
    <span class="main">{top}</span>
    <span class="sub">{below}</span>
  </>
);

export const columns: Column[] = [
  { id: "path", highFirst: false, cell: ({ row }, sheet) => <PathCell row={row} onOpen={sheet.onOpen} /> },
  {
    id: "devices",
    highFirst: true,
    cell: ({ row }, { text }) => (
      <Two
        top={count(row.devices)}
        below={row.devices_silent ? text.silent(count(row.devices_silent)) : null}
      />
    ),
  },
  {
    id: "load",
    highFirst: true,
    cell: ({ row }, { scale }) => (
      <>
        <span class="main">{decimal(row.load)}</span>
        <Bar row={row} scale={scale} />
      </>
    ),
  },
  { id: "mean", highFirst: true, cell: ({ row }) => decimal(row.mean) },
  { id: "band", highFirst: true, cell: ({ row }) => range(row.lower, row.upper) },
  { id: "deviates", highFirst: true, cell: ({ row }, { text }) => <Verdict row={row} text={text} /> },
  {
    id: "peak",
    highFirst: true,
    cell: ({ row: { peak_today: peak } }, { text }) => (
      <Two
        top={decimal(peak.value)}
        below={
          peak.value !== null && (
            <>
              <span class="interval">{range(peak.lower, peak.upper)} </span>
              {peak.at && text.at(clock(peak.at))}
            </>
          )
        }
      />
    ),
  },
  { id: "growth", highFirst: true, cell: ({ growth }) => signed(growth?.percent_per_day ?? null) },
  { id: "full", highFirst: false, cell: ({ growth }, { text }) => <FullOn growth={growth} text={text} /> },
  {
    id: "order",
    highFirst: true,
    cell: ({ growth }) => <Order devices={growth?.devices_to_request ?? null} />,
  },
  {
    id: "note",
    highFirst: false,
    cell: ({ row }, { onNote }) => <NoteCell id={row.id} note={row.note} onSaved={onNote} />,
  },
  { id: "state", highFirst: true, cell: ({ row }, { text }) => <StateCell row={row} text={text} /> },
];

function PathCell({ row, onOpen }: { row: Row; onOpen: (id: string) => void }) {
  const above = row.path.slice(0, -1).join(" › ");
  return (
    <a
      href={address(modulePath(row.id))}
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

/**
 * YES ↑ 1.5 since 20:58, or a calm NO; nothing where it cannot be judged. A row
 * that is still learning, be it today's peak, may have a band already.
 */
export function Verdict({ row, text }: { row: Row; text: Text }) {
  if (row.score === null || row.state === "stale") return <span class="none">–</span>;
  if (!row.deviates) {
    return <Two top={<span class="no">{text.no}</span>} below={decimal(row.score)} />;
  }
  const direction = row.direction === "down" ? text.down : text.up;
  return (
    <Two
      top={
        <span class={`yes ${row.direction}`} title={direction}>
          {text.yes} {arrows[row.direction]} {decimal(row.score)}
        </span>
      }
      below={row.since && text.since(clock(row.since))}
    />
  );
}

function FullOn({ growth, text }: { growth: Entry["growth"]; text: Text }) {
  if (!growth || growth.state === "learning") return <span class="none">–</span>;
  const { value, lower, upper } = growth.full_on;
  if (!value) return <span class="none">{text.beyond}</span>;
  const year = value.slice(0, 4);
  const brief = (day: string) => (day === "" ? "…" : day.startsWith(year) ? day.slice(5) : day.slice(2));
  return (
    <span title={`${lower || "…"} – ${upper || "…"}`}>
      <Two top={value} below={(lower || upper) && `${brief(lower)} – ${brief(upper)}`} />
    </span>
  );
}

function Order({ devices }: { devices: number | null }) {
  if (devices === null) return <span class="none">–</span>;
  return devices > 0 ? <b class="order">+{count(devices)}</b> : <span class="none">0</span>;
}

function StateCell({ row, text }: { row: Row; text: Text }) {
  if (row.state === "ok") return <span class="state ok">{text.states.ok}</span>;
  const age = span(row.age_seconds ?? 0);
  const stale = row.state === "stale";
  return (
    <span class={`state ${row.state}`} title={row.reason || (stale ? text.noDataFor(age) : "")}>
      <Two top={text.states[row.state]} below={stale ? text.duration(age) : row.reason} />
    </span>
  );
}
