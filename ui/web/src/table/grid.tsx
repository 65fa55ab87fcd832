import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { explains, isTerm } from "../explain/terms";
import { useKeys } from "../keys";
import { narrowQuery, useMatches } from "../media";
import { modelsOf } from "../state/model";
import { toggleSort } from "../state/view";
import { cellOf, columnsOf, type Sheet } from "./columns";
import type { Entry } from "./entries";
import { scrollTo, windowOf } from "./window";

/** Heights in pixels of a row, of a card, and of one that compares two models; the styles hold the same. */
const rowHeight = { wide: 44, narrow: 104, compared: 120 };

interface Props {
  entries: Entry[];
  sheet: Sheet;
  sort: string;
  shown: boolean;
  onSort: (sort: string) => void;
}

/** The sortable table; only the rows in sight are in the document. */
export function Grid({ entries, sheet, sort, shown, onSort }: Props) {
  const pane = useRef<HTMLDivElement>(null);
  const card = sheet.model === "both" ? rowHeight.compared : rowHeight.narrow;
  const height = useMatches(narrowQuery) ? card : rowHeight.wide;
  const { top, visible } = useScroll(pane, shown);
  const [cursor, setCursor] = useState<string | null>(null);
  const { first, end } = windowOf(entries.length, top, visible, height);

  const move = (step: number) => {
    (document.activeElement as HTMLElement | null)?.blur(); // Enter then means the row, not a button left behind
    const now = entries.findIndex((e) => e.row.id === cursor);
    const next = Math.min(Math.max(now + step, 0), entries.length - 1);
    setCursor(entries[next]?.row.id ?? null);
    const el = pane.current;
    if (el) el.scrollTop = scrollTo(next, el.scrollTop, visible, height);
  };
  const open = () => cursor !== null && shown && sheet.onOpen(cursor);
  useKeys(shown ? { j: () => move(1), k: () => move(-1), Enter: open } : {});

  return (
    <div class="pane" ref={pane}>
      <table
        class={`warnings ${sheet.model === "both" ? "compared" : ""}`}
        aria-rowcount={entries.length + 1}
      >
        <Head sort={sort} sheet={sheet} onSort={onSort} />
        <tbody>
          {first > 0 && <tr class="gap" style={{ height: `${first * height}px` }} />}
          {entries.slice(first, end).map((entry, i) => (
            <Line
              key={entry.row.id}
              entry={entry}
              sheet={sheet}
              index={first + i}
              chosen={entry.row.id === cursor}
            />
          ))}
          {end < entries.length && (
            <tr class="gap" style={{ height: `${(entries.length - end) * height}px` }} />
          )}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps {
  sort: string;
  sheet: Sheet;
  onSort: (sort: string) => void;
}

function Head({ sort, sheet, onSort }: HeadProps) {
  const order = (id: string) => (sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none");
  return (
    <thead>
      <tr>
        {columnsOf(sheet.model).map(({ id, sorts }) => {
          const used = sorts.find((s) => order(s.id) !== "none");
          return (
            <th key={id} scope="col" class={id} aria-sort={used ? order(used.id) : "none"}>
              {sorts.length === 0 && sheet.text.columns[id]}
              {sorts.map((s) => (
                <button
                  key={s.id}
                  type="button"
                  class={s.id === used?.id ? "used" : ""}
                  title={sheet.text.titles[s.id]}
                  onClick={() => onSort(toggleSort(sort, s.id, s.highFirst))}
                >
                  {sheet.text.columns[s.id]}
                </button>
              ))}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface LineProps {
  entry: Entry;
  sheet: Sheet;
  index: number;
  chosen: boolean;
}

/** A row; what did not change is not drawn again, which keeps scrolling light. */
function Line({ entry, sheet, index, chosen }: LineProps) {
  const { row } = entry;
  return useMemo(
    () => (
      <tr
        class={`row ${row.state} ${chosen ? "chosen" : ""}`}
        aria-rowindex={index + 2}
        aria-selected={chosen}
        onClick={() => sheet.onOpen(row.id)}
      >
        {columnsOf(sheet.model).map((column) => (
          <td
            key={column.id}
            class={column.id}
            data-label={sheet.text.columns[column.id]}
            {...(isTerm(column.id) && explains(column.id, row.id, modelsOf(sheet.model)[0]))}
          >
            {cellOf(column, entry, sheet)}
          </td>
        ))}
      </tr>
    ),
    [entry, sheet, index, chosen],
  );
}

/** Follows the scroll position and height of an element; a hidden page keeps its position. */
function useScroll(pane: { current: HTMLDivElement | null }, shown: boolean) {
  const [scroll, setScroll] = useState({ top: 0, visible: 800 });
  const kept = useRef(0);
  useEffect(() => {
    const el = pane.current;
    if (!el) return;
    const read = () => {
      if (el.clientHeight === 0) return;
      kept.current = el.scrollTop;
      setScroll({ top: el.scrollTop, visible: el.clientHeight });
    };
    const size = new ResizeObserver(read);
    size.observe(el);
    el.addEventListener("scroll", read, { passive: true });
    return () => {
      size.disconnect();
      el.removeEventListener("scroll", read);
    };
  }, [pane]);
  useLayoutEffect(() => {
    if (shown && pane.current) pane.current.scrollTop = kept.current;
  }, [shown, pane]);
  return scroll;
}
