import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useMeaning } from "../explain/glossary";
import { useKeys } from "../keys";
import { More } from "../more";
import { address, plainClick } from "../state/router";
import { modulePath } from "../state/view";
import { count } from "../text/format";
import { useText } from "../text/language";
import type { Answer } from "./answer";
import { Brief, BriefNow, columns, Sides } from "./cells";
import { type Change, filterChanges, joinChanges } from "./changes";
import { Field } from "./field";
import { letters, type WhatIfView } from "./view";

interface Props {
  view: WhatIfView;
  answers: Answer[];
  levels: string[];
  onView: (view: WhatIfView) => void;
  onOpen: (id: string) => void;
}

/** So many nodes are shown at first, and with each further press. */
const page = 100;

/** The nodes that change in any scenario. */
export function Nodes({ view, answers, levels, onView, onOpen }: Props) {
  const text = useText().whatIf;
  const [limit, setLimit] = useState(page);
  const data = answers.map((answer) => answer.data);
  const all = useMemo(() => joinChanges(data), data);
  const changes = useMemo(() => filterChanges(all, view), [all, view.search, view.fills]);
  useEffect(() => setLimit(page), [view.search, view.fills, view.level]);
  return (
    <section class="panel nodes">
      <Filters view={view} levels={levels} shown={changes.length} all={all.length} onView={onView} />
      {changes.length === 0 && <p class="nothing">{all.length === 0 ? text.noChange : text.noMatch}</p>}
      {changes.length > 0 && (
        <Table
          changes={changes.slice(0, limit)}
          answers={answers}
          isModule={view.level === "" || view.level === levels.at(-1)}
          onOpen={onOpen}
        />
      )}
      <More class="more" shown={limit} all={changes.length} step={page} onShow={setLimit} />
    </section>
  );
}

interface FiltersProps extends Pick<Props, "view" | "levels" | "onView"> {
  shown: number;
  all: number;
}

function Filters({ view, levels, shown, all, onView }: FiltersProps) {
  const text = useText();
  const bar = useRef<HTMLElement>(null);
  useKeys({ "/": () => bar.current?.querySelector<HTMLInputElement>("input[type=search]")?.select() });
  return (
    <search class="filters" ref={bar}>
      <h2>{text.whatIf.nodes}</h2>
      <Field
        label={text.whatIf.searchNodes}
        type="search"
        placeholder={text.searchHint}
        value={view.search}
        onValue={(search) => onView({ ...view, search })}
      />
      <label class="field">
        {text.level}
        <select
          value={view.level || levels.at(-1)}
          onChange={(e) => {
            const level = e.currentTarget.value;
            onView({ ...view, level: level === levels.at(-1) ? "" : level });
          }}
        >
          {levels.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </select>
      </label>
      <label class="chip">
        <input
          type="checkbox"
          checked={view.fills}
          onChange={(e) => onView({ ...view, fills: e.currentTarget.checked })}
        />
        {text.whatIf.onlyFills}
      </label>
      <span class="rows" role="status">
        {text.rows(count(shown), count(all))}
      </span>
    </search>
  );
}

interface TableProps {
  changes: Change[];
  answers: Answer[];
  isModule: boolean;
  onOpen: (id: string) => void;
}

/** One scenario with all its numbers, or several beside each other. */
function Table({ changes, answers, isModule, onOpen }: TableProps) {
  const text = useText().whatIf;
  const meaning = useMeaning("whatif");
  const several = answers.length > 1;
  return (
    <table class={several ? "changes several" : "changes"} aria-busy={answers.some(({ busy }) => busy)}>
      <thead>
        <tr>
          <th scope="col" title={meaning("node")}>
            {text.columns.node}
          </th>
          {!several &&
            columns.map(({ id }) => (
              <th key={id} scope="col" class={id} title={meaning(id)}>
                {text.columns[id]}
              </th>
            ))}
          {several && (
            <th scope="col" title={meaning("order")}>
              {text.asItIs} · {text.columns.request}
            </th>
          )}
          {several &&
            answers.map((_, i) => (
              <th key={letters[i]} scope="col" title={meaning("order")}>
                <span class="letter">{letters[i]}</span> {text.columns.request}
              </th>
            ))}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <Line key={change.id} change={change} isModule={isModule} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  change: Change;
  isModule: boolean;
  onOpen: (id: string) => void;
}

/** A node; pressed, it tells why. */
function Line({ change, isModule, onOpen }: LineProps) {
  const text = useText();
  const [open, setOpen] = useState(false);
  const { rows, path } = change;
  const first = rows.find((row) => row !== undefined);
  if (!first) return null;
  const cells =
    rows.length === 1
      ? columns.map((column) => (
          <td key={column.id} class={column.id} data-label={text.whatIf.columns[column.id]}>
            <Sides row={first} column={column} text={text} isModule={isModule} />
          </td>
        ))
      : [
          <td key="now" data-label={text.whatIf.asItIs}>
            <BriefNow row={first} text={text} isModule={isModule} />
          </td>,
          ...rows.map((row, i) => (
            <td key={letters[i]} data-label={letters[i]}>
              <Brief row={row} text={text} isModule={isModule} />
            </td>
          )),
        ];
  return (
    <>
      <tr class={`row ${open ? "open" : ""}`} onClick={() => setOpen(!open)}>
        <th scope="row">
          <button
            type="button"
            aria-expanded={open}
            title={text.whatIf.why(path.join(" › "))}
            onClick={(e) => {
              e.stopPropagation();
              setOpen(!open);
            }}
          >
            <span class="main">{path.at(-1)}</span>
            <span class="sub">{path.slice(0, -1).join(" › ")}</span>
          </button>
        </th>
        {cells}
      </tr>
      {open && <Why change={change} cells={cells.length + 1} onOpen={onOpen} />}
    </>
  );
}

/** The order after in a sentence, of each scenario. */
function Why({
  change: { id, rows },
  cells,
  onOpen,
}: Pick<LineProps, "change" | "onOpen"> & { cells: number }) {
  const text = useText().whatIf;
  return (
    <tr class="why">
      <td colSpan={cells}>
        {rows.map(
          (row, i) =>
            row && (
              <p key={letters[i]}>
                {rows.length > 1 && <span class="letter">{letters[i]}</span>} {row.reason}
              </p>
            ),
        )}
        <a
          href={address(modulePath(id, "calibrated"))}
          onClick={(e) => {
            if (!plainClick(e)) return;
            e.preventDefault();
            onOpen(id);
          }}
        >
          {text.openModule}
        </a>
      </td>
    </tr>
  );
}
