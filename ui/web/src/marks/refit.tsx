import { useEffect, useRef, useState } from "preact/hooks";
import type { Refit, Refits } from "../api/marks";
import { Failure } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import type { Change } from "./marking";
import { changesAny, type RefitColumn, refitColumns } from "./sides";
import { writeChange } from "./words";

/** How long the server has been learning; it can be left alone. */
export function Asking({ onCancel }: { onCancel: () => void }) {
  const { marks: text, cancel } = useText();
  const [seconds, setSeconds] = useState(0);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
    const timer = setInterval(() => setSeconds((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="asking">
      <progress aria-label={text.ask} />
      <p role="status" aria-live="off">
        {text.asking(seconds)}
      </p>
      <button type="button" class="action" ref={button} onClick={onCancel}>
        {cancel}
      </button>
    </div>
  );
}

interface Props {
  change: Change;
  refits: Refits;
  keeping: boolean;
  failure: Error | undefined;
  onKeep: () => void;
  onChange: (() => void) | undefined; // back to the form, where there is one
  onDrop: () => void;
}

/** What a change would do to the newest minute, and whether to keep it. */
export function RefitView({ change, refits, keeping, failure, onKeep, onChange, onDrop }: Props) {
  const text = useText();
  const { refit } = text.marks;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  const list = refits.refits;
  const what = writeChange(change, text.marks);
  return (
    <section class="refit" aria-busy={keeping}>
      <h3 ref={head} tabIndex={-1}>
        {change.make ? refit.make(what) : refit.end(what)}
      </h3>
      <p>
        {refit.concerns(count(refits.nodes), refits.nodes)}
        {refits.nodes > list.length && ` ${refit.largest(count(list.length))}`}
      </p>
      {!changesAny(list, text) && <p class="unchanged">{refit.nothing}</p>}
      <RefitTable refits={list} />
      {refits.says && <p>{refits.says}</p>}
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="button" class="main-action" disabled={keeping} onClick={onKeep}>
          {keeping ? `${refit.keeping}…` : change.make ? refit.keepMark : refit.keepEnd}
        </button>
        {onChange && (
          <button type="button" class="action" disabled={keeping} onClick={onChange}>
            {refit.change}
          </button>
        )}
        <button type="button" class="action" disabled={keeping} onClick={onDrop}>
          {refit.drop}
        </button>
      </div>
    </section>
  );
}

function RefitTable({ refits }: { refits: Refit[] }) {
  const { refit } = useText().marks;
  return (
    <div class="refit-table">
      <table>
        <thead>
          <tr>
            <th scope="col">{refit.node}</th>
            {refitColumns.map(({ id }) => (
              <th key={id} scope="col" class={id}>
                {refit.columns[id]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {refits.map((r) => (
            <tr key={r.id}>
              <th scope="row" title={r.path.join(" › ")}>
                {r.path.at(-1)} <small>{r.level}</small>
              </th>
              {refitColumns.map((column) => (
                <td key={column.id} class={column.id} data-label={refit.columns[column.id]}>
                  <Sides refit={r} column={column} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is, then what would be; once where it stays. Why there is nothing to judge stands below. */
function Sides({ refit, column: { id, of } }: { refit: Refit; column: RefitColumn }) {
  const text = useText();
  const before = of(refit.before, text);
  const after = of(refit.after, text);
  const { state, reason } = refit.after;
  const why = id === "state" && state !== "ok" && <small>{reason}</small>;
  if (before === after)
    return (
      <>
        <span class="same">{after}</span>
        {why}
      </>
    );
  return (
    <>
      <span class="was">{before} →</span> <span class="then">{after}</span>
      {why}
    </>
  );
}
