import type { ComponentChildren } from "preact";
import type { Noted, Num, Sparkline } from "../api/types";
import { explains } from "../explain/terms";
import { type Choice, modelsOf } from "../state/model";
import type { Text } from "../text/en";
import { clock, count, decimal, range, signed } from "../text/format";
import { Bar } from "./bar";
import {
  FullOn,
  fullDay,
  Order,
  Pair,
  PathCell,
  PeakCell,
  StateCell,
  Two,
  Verdict,
  VerdictLine,
} from "./cells";
import { CoverCell } from "./covercell";
import type { Entry, Judged } from "./entries";
import type { Group } from "./groups";
import { doubted, monthly } from "./growth";
import { HeadroomCell, HeadroomLine } from "./headroom";
import { NoteCell } from "./note";
import { SparkCell } from "./sparkcell";

/** What the cells need beside their row. */
export interface Sheet {
  text: Text;
  scale: number; // percent at the end of the bars; 0 for none
  part?: boolean; // only the first rows are there, without their growth
  model: Choice;
  columns: Column[];
  levels: string[];
  onOpen: (id: string) => void;
  onGo: (path: string) => void;
  onNote: (id: string, kept: Noted) => void;
}

/** An order of the table, by the key of the same name. */
export interface Sort {
  id: keyof Text["columns"];
  highFirst: boolean; // the first click sorts from high to low
}

export interface Column {
  id: keyof Text["columns"];
  width: number; // pixels; of the first one, at least
  both?: number; // the same where it has a line of each of two models
  extra?: true; // shown only where it is chosen
  late?: true; // not known of the first rows
  sorts: Sort[]; // the column's own first, then that of its lower line
  fields: Field[]; // of the CSV
  cell: (entry: Entry, sheet: Sheet, line: Sparkline | undefined) => ComponentChildren;
  brief?: (judged: Judged, sheet: Sheet) => ComponentChildren; // its line where two models are compared
  group?: (group: Group, sheet: Sheet) => ComponentChildren; // its cell of a group
}

/** A column of the CSV: its name, and the value with full precision; nothing is empty. */
export type Field = [
  name: string,
  value: (judged: Judged & Pick<Entry, "cover">) => string | Num | undefined,
];

const high = (id: Sort["id"]): Sort => ({ id, highFirst: true });
const low = (id: Sort["id"]): Sort => ({ id, highFirst: false });

const all: Column[] = [
  {
    id: "path",
    width: 150,
    sorts: [low("path")],
    fields: [["path", ({ row }) => row.id]],
    cell: ({ row }, { model, onOpen }) => <PathCell row={row} model={model} onOpen={onOpen} />,
  },
  {
    id: "spark",
    width: 98,
    sorts: [],
    fields: [],
    cell: (_, __, line) => <SparkCell line={line} />,
  },
  {
    id: "devices",
    width: 56,
    sorts: [high("devices")],
    fields: [["devices", ({ row }) => row.devices]],
    cell: ({ row }, { text }) => (
      <Two
        top={count(row.devices)}
        below={row.devices_silent ? text.silent(count(row.devices_silent)) : null}
      />
    ),
    group: ({ devices }) => count(devices),
  },
  {
    id: "processes",
    width: 82,
    extra: true,
    sorts: [high("processes")],
    fields: [["processes", ({ row }) => row.processes]],
    cell: ({ row }) => count(row.processes),
  },
  {
    id: "load",
    width: 110,
    sorts: [high("load")],
    fields: [
      ["at", ({ row }) => row.at],
      ["load", ({ row }) => row.load],
    ],
    cell: ({ row }, { scale }) => (
      <>
        <span class="main">{decimal(row.load)}</span>
        <Bar row={row} scale={scale} />
      </>
    ),
  },
  {
    id: "model",
    width: 88,
    sorts: [],
    fields: [],
    cell: (_, { text }) => (
      <>
        <span class="main">{text.models.calibrated}</span>
        <span class="main other">{text.models.classic}</span>
      </>
    ),
  },
  {
    id: "band",
    width: 100,
    sorts: [high("band"), high("mean")],
    fields: [
      ["mean", ({ row }) => row.mean],
      ["lower", ({ row }) => row.lower],
      ["upper", ({ row }) => row.upper],
    ],
    cell: ({ row }, { text, model }) => (
      <Two
        top={range(row.lower, row.upper)}
        below={
          row.mean !== null && (
            <span {...explains("mean", row.id, modelsOf(model)[0])}>
              {text.sheet.mean(decimal(row.mean))}
            </span>
          )
        }
      />
    ),
    brief: ({ row }) => <span title={decimal(row.mean)}>{range(row.lower, row.upper)}</span>,
  },
  {
    id: "deviates",
    width: 112,
    both: 140,
    sorts: [high("deviates")],
    fields: [
      ["deviates", ({ row }) => (row.deviates ? 1 : 0)],
      ["direction", ({ row }) => row.direction],
      ["score", ({ row }) => row.score],
      ["since", ({ row }) => row.since],
    ],
    cell: ({ row }, { text }) =>
      row.state === "ok" ? <Verdict row={row} text={text} /> : <StateCell row={row} text={text} />,
    brief: ({ row }, { text }) => <VerdictLine row={row} text={text} />,
    group: ({ deviating }, { text }) =>
      deviating > 0 ? (
        <span class="yes">{text.sheet.deviating(count(deviating))}</span>
      ) : (
        <span class="no">0</span>
      ),
  },
  {
    id: "peak",
    width: 122,
    sorts: [high("peak")],
    fields: [
      ["peak", ({ row }) => row.peak_today.value],
      ["peak_lower", ({ row }) => row.peak_today.lower],
      ["peak_upper", ({ row }) => row.peak_today.upper],
      ["peak_at", ({ row }) => row.peak_today.at],
    ],
    cell: ({ row }, { text }) => <PeakCell row={row} text={text} />,
    brief: ({ row: { peak_today: peak } }, { text }) => (
      <>
        {decimal(peak.value)}
        {peak.at && <small title={text.at(clock(peak.at))}> {clock(peak.at)}</small>}
      </>
    ),
  },
  {
    id: "headroom",
    width: 100,
    both: 116,
    sorts: [low("headroom"), low("loss")],
    fields: [
      ["headroom", ({ row }) => row.headroom],
      ["headroom_after_loss", ({ row }) => row.headroom_after_loss],
    ],
    cell: ({ row }, { text, model }) => <HeadroomCell row={row} text={text} model={modelsOf(model)[0]} />,
    brief: ({ row }, { text }) => <HeadroomLine row={row} text={text} />,
    group: ({ headroom }, { text }) => (
      <Two
        top={<span class={headroom !== null && headroom < 0 ? "overfull" : ""}>{decimal(headroom)}</span>}
        below={text.sheet.worst}
      />
    ),
  },
  {
    id: "growth",
    width: 75,
    late: true,
    sorts: [high("growth")],
    fields: [
      ["growth_percent_per_month", ({ growth }) => monthly(growth)],
      ["growth_percent_per_day", ({ growth }) => growth?.percent_per_day],
    ],
    cell: ({ growth }, { text }) => (
      <span
        title={
          growth?.percent_per_day == null ? undefined : text.sheet.perDay(signed(growth.percent_per_day))
        }
      >
        {doubted(growth, signed(monthly(growth), 1))}
      </span>
    ),
  },
  {
    id: "full",
    width: 116,
    late: true,
    sorts: [low("full")],
    fields: [
      ["full_on", ({ growth }) => growth?.full_on.value],
      ["full_on_earliest", ({ growth }) => growth?.full_on.lower],
      ["full_on_latest", ({ growth }) => growth?.full_on.upper],
    ],
    cell: ({ growth }, { text }) => <FullOn growth={growth} text={text} />,
    brief: ({ growth }, { text }) => fullDay(growth, text),
  },
  {
    id: "order",
    width: 60,
    late: true,
    sorts: [high("order")],
    fields: [
      ["devices_needed", ({ growth }) => growth?.devices_needed],
      ["devices_to_request", ({ growth }) => growth?.devices_to_request],
    ],
    cell: ({ growth }) => <Order devices={growth?.devices_to_request} />,
    brief: ({ growth }) => <Order devices={growth?.devices_to_request} />,
    group: ({ toRequest }) => <Order devices={toRequest} />,
  },
  {
    id: "cover",
    width: 88,
    sorts: [low("cover")],
    fields: [
      [
        "muted_by",
        ({ cover }) =>
          cover && [...cover.hushes.map((h) => h.name), ...(cover.unread ? ["unknown"] : [])].join("; "),
      ],
      ["muted_until", ({ cover }) => cover?.hushes.map(({ until }) => until ?? "").join("; ")],
      ["change", ({ cover }) => cover?.changes.map(({ name, run }) => `${name} ${run}`.trim()).join("; ")],
    ],
    cell: (entry, sheet) => <CoverCell entry={entry} sheet={sheet} />,
  },
  {
    id: "owner",
    width: 92,
    extra: true,
    sorts: [low("owner")],
    fields: [["owner", ({ row }) => row.owner]],
    cell: ({ row }) => <span title={row.owner}>{row.owner}</span>,
  },
  {
    id: "note",
    width: 54,
    sorts: [low("note")],
    fields: [["note", ({ row }) => row.note]],
    cell: ({ row }, { onNote }) => <NoteCell row={row} onSaved={onNote} />,
  },
  {
    id: "state",
    width: 84,
    extra: true,
    sorts: [high("state")],
    fields: [
      ["state", ({ row }) => row.state],
      ["reason", ({ row }) => row.reason],
    ],
    cell: ({ row }, { text }) => <StateCell row={row} text={text} />,
  },
];

/** The columns that can be chosen: the first one is always there, as is the model where two are compared. */
export const choosable = all.filter(({ id }) => id !== "path" && id !== "model");

/** The columns where none are chosen: where two models are compared their names have the room of two. */
const usual = (model: Choice): string[] =>
  choosable
    .filter(({ id, extra }) => !extra && !(model === "both" && (id === "note" || id === "spark")))
    .map(({ id }) => id);

export function columnsOf(chosen: string[], model: Choice): Column[] {
  const ids = chosen.length > 0 ? chosen : usual(model);
  const shown = all.filter(
    ({ id }) => id === "path" || (id === "model" ? model === "both" : ids.includes(id)),
  );
  return model === "both"
    ? shown.map((column) => ({ ...column, width: column.both ?? column.width }))
    : shown;
}

/** The choice with a column more or less; the usual ones are none. */
export function toggleColumn(chosen: string[], model: Choice, id: string): string[] {
  const now = chosen.length > 0 ? chosen : usual(model);
  const next = choosable
    .map((column): string => column.id)
    .filter((other) => (other === id ? !now.includes(id) : now.includes(other)));
  return next.join() === usual(model).join() ? [] : next;
}

/** How wide a table of these columns is at least, in pixels. */
export const widthOf = (columns: Column[]) => columns.reduce((sum, { width }) => sum + width, 0);

export const sorts = all.flatMap((column) => column.sorts);

/** A column's cell of an entry, with both models' lines where both are known. */
export function cellOf(
  { cell, brief, late }: Column,
  entry: Entry,
  sheet: Sheet,
  line?: Sparkline,
): ComponentChildren {
  if (late && sheet.part) return null;
  if (!brief || sheet.model !== "both") return cell(entry, sheet, line);
  return <Pair top={brief(entry, sheet)} below={entry.other ? brief(entry.other, sheet) : "–"} />;
}
