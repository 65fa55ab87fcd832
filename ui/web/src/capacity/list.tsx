import { useMemo } from "preact/hooks";
import type { Num } from "../api/types";
import { changesPath, defaultChanges } from "../changes/view";
import { explains } from "../explain/terms";
import { Link } from "../link";
import { Search } from "../search";
import { modulePath } from "../state/view";
import { type Column, columnsOf, type Sheet } from "../table/columns";
import { saveAs, toCSV } from "../table/csv";
import { Grid } from "../table/grid";
import { count, decimal, unknown } from "../text/format";
import { useText } from "../text/language";
import { noScenario } from "../whatif/scenario";
import { defaultWhatIf, whatIfPath } from "../whatif/view";
import { isShown, listed, type Module } from "./modules";
import { type CapacityView, shows } from "./view";

interface Props {
  modules: Module[];
  view: CapacityView;
  onView: (view: CapacityView) => void;
  onGo: (path: string) => void;
}

const nothing = () => {};

/** The modules of the picture as a table: who is full before the next delivery, and what to do. */
export function List({ modules, view, onView, onGo }: Props) {
  const text = useText();
  const say = text.capacity;
  const { show, part, search } = view;
  const shown = useMemo(() => listed(modules, view), [modules, view]);
  const sheet: Sheet = useMemo(
    () => ({
      text,
      scale: 0,
      model: "",
      columns: [...columnsOf(show === "all" ? [...shared, "state"] : shared, ""), ...own],
      levels: [],
      onOpen: (id) => onGo(modulePath(id, "")),
      onGo,
      onNote: nothing,
    }),
    [text, onGo, show],
  );
  return (
    <section class="panel short-list">
      <search class="filters">
        <h2>{say.list}</h2>
        {shows.map((one) => (
          <button
            key={one}
            type="button"
            class="action"
            aria-pressed={show === one}
            onClick={() => onView({ ...view, show: one })}
          >
            {say.shows[one]} <small>{count(modules.filter((m) => isShown(m, one)).length)}</small>
          </button>
        ))}
        {part && (
          <button
            type="button"
            class="action"
            aria-pressed="true"
            title={say.clearPart}
            onClick={() => onView({ ...view, part: "" })}
          >
            {say.quadrants[part]} ✕
          </button>
        )}
        <Search
          value={search}
          name={text.whatIf.searchNodes}
          onSearch={(q) => onView({ ...view, search: q })}
        />
        <span class="rows" role="status">
          {text.rows(count(shown.length), count(modules.length))}
        </span>
        <button
          type="button"
          class="action"
          title={text.csvTitle}
          disabled={shown.length === 0}
          onClick={() => saveAs("capacity.csv", toCSV(shown, sheet.columns, [""]))}
        >
          {text.csv}
        </button>
      </search>
      {shown.length === 0 && (
        <p class="nothing">
          {say.none[part || search ? "all" : show]}{" "}
          <button type="button" onClick={() => onView({ ...view, show: "all", part: "", search: "" })}>
            {say.clear}
          </button>
        </p>
      )}
      {shown.length > 0 && (
        <Grid
          lines={shown}
          sheet={sheet}
          sort={view.sort}
          folded={[]}
          now={0}
          shown
          onSort={(sort) => onView({ ...view, sort })}
          onFold={nothing}
        />
      )}
    </section>
  );
}

/** The columns of the warning table that this one has, too. */
const shared = ["devices", "peak", "headroom", "growth", "full", "order"];

const percent = (share: Num | undefined) =>
  share == null ? unknown : `${decimal(100 * share, share < 0.1 ? 1 : 0)} %`;

/** A column of the risk with the order or without it. */
const risk = (id: "without" | "with"): Column => {
  const of = (entry: object) => (entry as Module).short?.[`short_${id}`];
  return {
    id,
    width: 104,
    sorts: [{ id, highFirst: true }],
    fields: [[`short_${id}`, of]],
    cell: (entry) => <span {...explains("short", entry.row.id)}>{percent(of(entry))}</span>,
  };
};

/** The columns that only this list has: the risk, and what to do. */
const own: Column[] = [
  risk("without"),
  risk("with"),
  {
    id: "ways",
    width: 196,
    sorts: [],
    fields: [["delivery", (entry) => (entry as Module).short?.delivery]],
    cell: ({ row: { id }, growth }, { text: { capacity: say }, onGo }) => {
      const wanted = growth?.devices_to_request ?? 0;
      return (
        <>
          {wanted > 0 && (
            <Link to={askFor(id)} onGo={onGo} class="way" title={say.askTitle}>
              {say.ask}
            </Link>
          )}
          {growth?.state === "ok" && (
            <Link to={withAndWithout(id, wanted)} onGo={onGo} class="way" title={say.whatIfTitle}>
              {say.whatIf}
            </Link>
          )}
        </>
      );
    },
  },
];

/** The request for a module's devices, which the server fills in. */
const askFor = (path: string) =>
  changesPath({ ...defaultChanges, part: "requests", path, fill: '{"kind":"machines"}' });

/** A fifth more load, as it is and with the devices that are to be requested. */
function withAndWithout(path: string, more: number): string {
  const load = { ...noScenario, loads: [{ path, factor: "1.2", from: "", to: "" }] };
  const ordered = { ...load, devices: [{ path, change: `${more}` }] };
  return whatIfPath({ ...defaultWhatIf, scenarios: more > 0 ? [load, ordered] : [load] });
}
