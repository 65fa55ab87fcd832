import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Sparkline } from "../api/types";
import { useMeaning } from "../explain/glossary";
import { explains, isTerm } from "../explain/terms";
import { useKeys } from "../keys";
import { narrowQuery, useMatches } from "../media";
import { modelsOf } from "../state/model";
import { toggleSort } from "../state/view";
import { count } from "../text/format";
import { Two } from "./cells";
import { cellOf, type Sheet, widthOf } from "./columns";
import { mutePath } from "./covercell";
import type { Entry } from "./entries";
import { type Group, groupAbove, isGroup, type Line } from "./groups";
import { useSparks } from "./sparks";
import { scrollTo, windowOf } from "./window";

/** Heights in pixels of a row, of a card, and of one that compares two models; the styles hold the same. */
const rowHeight = { wide: 44, narrow: 104, compared: 120 };

interface Props {
  lines: Line[];
  sheet: Sheet;
  sort: string;
  folded: string[];
  now: number; // end of the minute that is shown, in Unix seconds
  shown: boolean;
  whole?: boolean; // more lines come while it is not
  onSort: (sort: string) => void;
  onFold: (id: string) => void;
}

/** The sortable table; only the lines in sight are in the document. */
export function Grid({ lines, sheet, sort, folded, now, shown, whole = true, onSort, onFold }: Props) {
  const pane = useRef<HTMLDivElement>(null);
  const card = sheet.model === "both" ? rowHeight.compared : rowHeight.narrow;
  const height = useMatches(narrowQuery) ? card : rowHeight.wide;
  const { top, visible } = useScroll(pane, shown);
  const [cursor, setCursor] = useState<string | null>(null);
  const { first, end } = windowOf(lines.length, top, visible, height);
  const inSight = lines.slice(first, end);
  const drawn = sheet.columns.some(({ id }) => id === "spark");
  const ids = drawn && shown ? inSight.flatMap((line) => (isGroup(line) ? [] : [line.row.id])) : [];
  const sparkOf = useSparks(ids, modelsOf(sheet.model)[0], now);

  const at = () => lines.findIndex((line) => keyOf(line) === cursor);
  const move = (step: number) => {
    const next = Math.min(Math.max(at() + step, 0), lines.length - 1);
    const line = lines[next];
    setCursor(line ? keyOf(line) : null);
    const el = pane.current;
    if (el) el.scrollTop = scrollTo(next, el.scrollTop, visible, height);
  };
  // The row that is chosen has the focus, so that Enter, Tab and "e" mean it.
  useEffect(() => {
    if (cursor !== null) within(pane, "a, .fold-group")?.focus({ preventScroll: true });
  }, [cursor]);
  const fold = () => {
    const line = lines[at()];
    if (line) onFold(isGroup(line) ? line.id : (groupAbove(lines, at())?.id ?? ""));
  };
  useKeys(
    shown
      ? {
          j: () => move(1),
          k: () => move(-1),
          x: fold,
          n: () => within(pane, "button.note")?.click(),
          // A number that has the focus explains itself; else the verdict does.
          e: () =>
            document.activeElement?.closest("[data-term]") || within(pane, "td.deviates[data-term]")?.click(),
          Enter: () => {
            const line = lines[at()];
            if (line) isGroup(line) ? onFold(line.id) : sheet.onOpen(line.row.id);
          },
          m: () => {
            const line = lines[at()];
            if (line && !isGroup(line)) sheet.onGo(mutePath(line.row.path, sheet.levels));
          },
        }
      : {},
  );

  return (
    <div class="pane" ref={pane} aria-busy={!whole}>
      <table
        class={`warnings ${sheet.model === "both" ? "compared" : ""}`}
        style={{ "--least": `${widthOf(sheet.columns)}px` }}
        aria-rowcount={whole ? lines.length + 1 : -1}
      >
        <Head sort={sort} sheet={sheet} onSort={onSort} />
        <tbody>
          {first > 0 && <tr class="gap" style={{ height: `${first * height}px` }} />}
          {inSight.map((line, i) =>
            isGroup(line) ? (
              <GroupRow
                key={keyOf(line)}
                group={line}
                sheet={sheet}
                index={first + i}
                chosen={keyOf(line) === cursor}
                open={!folded.includes(line.id)}
                onFold={onFold}
              />
            ) : (
              <Row
                key={line.row.id}
                entry={line}
                sheet={sheet}
                index={first + i}
                chosen={line.row.id === cursor}
                line={sparkOf(line.row.id)}
              />
            ),
          )}
          {end < lines.length && <tr class="gap" style={{ height: `${(lines.length - end) * height}px` }} />}
        </tbody>
      </table>
    </div>
  );
}

/** A group and a row may be of the same node. */
const keyOf = (line: Line) => (isGroup(line) ? `group ${line.id}` : line.row.id);

/** Something of the row that is chosen. */
const within = (pane: { current: HTMLElement | null }, selector: string) =>
  pane.current?.querySelector<HTMLElement>(`tr.chosen :is(${selector})`);

interface HeadProps {
  sort: string;
  sheet: Sheet;
  onSort: (sort: string) => void;
}

function Head({ sort, sheet, onSort }: HeadProps) {
  const meaning = useMeaning("table");
  const order = (id: string) => (sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none");
  return (
    <thead>
      <tr>
        {sheet.columns.map(({ id, width, sorts }) => {
          const used = sorts.find((s) => order(s.id) !== "none");
          return (
            <th
              key={id}
              scope="col"
              class={id}
              style={id === "path" ? {} : { width: `${width}px` }}
              title={sorts.length === 0 ? meaning(id) : undefined}
              aria-sort={used ? order(used.id) : "none"}
            >
              {sorts.length === 0 && sheet.text.columns[id]}
              {sorts.map((s) => (
                <button
                  key={s.id}
                  type="button"
                  class={s.id === used?.id ? "used" : ""}
                  title={meaning(s.id)}
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

interface RowProps {
  entry: Entry;
  sheet: Sheet;
  index: number;
  chosen: boolean;
  line: Sparkline | undefined;
}

/** A row; what did not change is not drawn again, which keeps scrolling light. */
function Row({ entry, sheet, index, chosen, line }: RowProps) {
  const { row } = entry;
  return useMemo(
    () => (
      <tr
        class={`row ${row.state} ${chosen ? "chosen" : ""}`}
        aria-rowindex={index + 2}
        aria-selected={chosen}
        onClick={() => sheet.onOpen(row.id)}
      >
        {sheet.columns.map((column) => (
          <td
            key={column.id}
            class={column.id}
            data-label={sheet.text.columns[column.id]}
            {...(isTerm(column.id) && explains(column.id, row.id, modelsOf(sheet.model)[0]))}
            {...(chosen && isTerm(column.id) && { tabIndex: 0 })}
          >
            {cellOf(column, entry, sheet, line)}
          </td>
        ))}
      </tr>
    ),
    [entry, sheet, index, chosen, line],
  );
}

interface GroupProps {
  group: Group;
  sheet: Sheet;
  index: number;
  chosen: boolean;
  open: boolean;
  onFold: (id: string) => void;
}

/** The row of a group: its name, and what its rows come to. */
function GroupRow({ group, sheet, index, chosen, open, onFold }: GroupProps) {
  const name = group.path.at(-1) ?? group.id;
  const { text } = sheet;
  return (
    <tr
      class={`row group ${chosen ? "chosen" : ""}`}
      aria-rowindex={index + 2}
      onClick={() => onFold(group.id)}
    >
      {sheet.columns.map(({ id, group: cell }) => (
        <td key={id} class={id} data-label={text.columns[id]}>
          {id === "path" ? (
            <button
              type="button"
              class="fold-group"
              aria-expanded={open}
              title={group.path.join(" › ")}
              onClick={(e) => {
                e.stopPropagation();
                onFold(group.id);
              }}
            >
              <Two top={name} below={text.sheet.modules(count(group.entries.length))} />
            </button>
          ) : (
            cell?.(group, sheet)
          )}
        </td>
      ))}
    </tr>
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
