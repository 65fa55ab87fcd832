import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useKeys } from "../keys";
import { toggleSort } from "../state/view";
import { columns, type Sheet } from "./columns";
import type { Entry } from "./entries";
import { scrollTo, windowOf } from "./window";

/** Heights of a row in pixels; table.css holds the same. */
const rowHeight = { wide: 44, narrow: 104 };

/** As in table.css: below this width a row is a card. */
const narrowQuery = "(max-width: 760px)";

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
  const height = useMatches(narrowQuery) ? rowHeight.narrow : rowHeight.wide;
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
      <table class="warnings" aria-rowcount={entries.length + 1}>
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
        {columns.map(({ id, highFirst }) => (
          <th key={id} scope="col" class={id} aria-sort={order(id)}>
            <button
              type="button"
              title={sheet.text.titles[id]}
              onClick={() => onSort(toggleSort(sort, id, highFirst))}
            >
              {sheet.text.columns[id]}
            </button>
          </th>
        ))}
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
        {columns.map(({ id, cell }) => (
          <td key={id} class={id} data-label={sheet.text.columns[id]}>
            {cell(entry, sheet)}
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

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
