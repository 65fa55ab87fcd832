import type { ComponentChildren } from "preact";
import type { Choice } from "../state/model";
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
import type { Entry, Judged } from "./entries";
import { HeadroomCell, HeadroomLine } from "./headroom";
import { NoteCell } from "./note";

/** What the cells need beside their row. */
export interface Sheet {
  text: Text;
  scale: number; // percent at the end of the bars
  model: Choice;
  onOpen: (id: string) => void;
  onNote: (id: string, note: string) => void;
}

/** An order of the table, by the key of the same name. */
export interface Sort {
  id: keyof Text["columns"];
  highFirst: boolean; // the first click sorts from high to low
}

export interface Column {
  id: keyof Text["columns"];
  sorts: Sort[]; // the column's own first, then that of its lower line
  cell: (entry: Entry, sheet: Sheet) => ComponentChildren;
  brief?: (judged: Judged, sheet: Sheet) => ComponentChildren; // its line where two models are compared
}

const high = (id: Sort["id"]): Sort => ({ id, highFirst: true });
const low = (id: Sort["id"]): Sort => ({ id, highFirst: false });

const all: Column[] = [
  {
    id: "path",
    sorts: [low("path")],
    cell: ({ row }, { model, onOpen }) => <PathCell row={row} model={model} onOpen={onOpen} />,
  },
  {
    id: "devices",
    sorts: [high("devices")],
    cell: ({ row }, { text }) => (
      <Two
        top={count(row.devices)}
        below={row.devices_silent ? text.silent(count(row.devices_silent)) : null}
      />
    ),
  },
  {
    id: "load",
    sorts: [high("load")],
    cell: ({ row }, { scale }) => (
      <>
        <span class="main">{decimal(row.load)}</span>
        <Bar row={row} scale={scale} />
      </>
    ),
  },
  {
    id: "model",
    sorts: [],
    cell: (_, { text }) => (
      <>
        <span class="main">{text.models.calibrated}</span>
        <span class="main other">{text.models.classic}</span>
      </>
    ),
  },
  {
    id: "mean",
    sorts: [high("mean")],
    cell: ({ row }) => decimal(row.mean),
    brief: ({ row }) => decimal(row.mean),
  },
  {
    id: "band",
    sorts: [high("band")],
    cell: ({ row }) => range(row.lower, row.upper),
    brief: ({ row }) => range(row.lower, row.upper),
  },
  {
    id: "deviates",
    sorts: [high("deviates")],
    cell: ({ row }, { text }) => <Verdict row={row} text={text} />,
    brief: ({ row }, { text }) => <VerdictLine row={row} text={text} />,
  },
  {
    id: "peak",
    sorts: [high("peak")],
    cell: ({ row }, { text }) => <PeakCell row={row} text={text} />,
    brief: ({ row: { peak_today: peak } }, { text }) => (
      <>
        {decimal(peak.value)}
        {peak.at && <small> {text.at(clock(peak.at))}</small>}
      </>
    ),
  },
  {
    id: "headroom",
    sorts: [low("headroom"), low("loss")],
    cell: ({ row }, { text }) => <HeadroomCell row={row} text={text} />,
    brief: ({ row }, { text }) => <HeadroomLine row={row} text={text} />,
  },
  {
    id: "growth",
    sorts: [high("growth")],
    cell: ({ growth }) => signed(growth?.percent_per_day ?? null),
  },
  {
    id: "full",
    sorts: [low("full")],
    cell: ({ growth }, { text }) => <FullOn growth={growth} text={text} />,
    brief: ({ growth }, { text }) => fullDay(growth, text),
  },
  {
    id: "order",
    sorts: [high("order")],
    cell: ({ growth }) => <Order growth={growth} />,
    brief: ({ growth }) => <Order growth={growth} />,
  },
  {
    id: "note",
    sorts: [low("note")],
    cell: ({ row }, { onNote }) => <NoteCell id={row.id} note={row.note} onSaved={onNote} />,
  },
  {
    id: "state",
    sorts: [high("state")],
    cell: ({ row }, { text }) => <StateCell row={row} text={text} />,
  },
];

const single = all.filter(({ id }) => id !== "model");
const compared = all.filter(({ id }) => id !== "note");

/** The columns of a table: that of two models names them, and gives the room of the notes for it. */
export const columnsOf = (model: Choice) => (model === "both" ? compared : single);

export const sorts = all.flatMap((column) => column.sorts);

/** A column's cell of an entry, with both models' lines where both are known. */
export function cellOf({ cell, brief }: Column, entry: Entry, sheet: Sheet): ComponentChildren {
  if (!brief || sheet.model !== "both") return cell(entry, sheet);
  return <Pair top={brief(entry, sheet)} below={entry.other ? brief(entry.other, sheet) : "–"} />;
}
