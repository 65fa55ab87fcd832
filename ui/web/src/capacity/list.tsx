import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Growth } from "../api/types";
import { changesPath, defaultChanges } from "../changes/view";
import { explains, type Term } from "../explain/terms";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Search } from "../search";
import { modulePath, toggleSort } from "../state/view";
import { saveAs } from "../table/csv";
import type { Text } from "../text/en";
import { count, decimal, signed, unknown } from "../text/format";
import { useText } from "../text/language";
import { noScenario } from "../whatif/scenario";
import { defaultWhatIf, whatIfPath } from "../whatif/view";
import { toCSV } from "./csv";
import { isShown, listed, type Module, monthly } from "./modules";
import { type CapacityView, shows } from "./view";

interface Props {
  modules: Module[];
  view: CapacityView;
  onView: (view: CapacityView) => void;
  onGo: (path: string) => void;
}

/** So many modules are shown at first, and with each further press. */
const page = 50;
const pauseMillis = 150;

/** The modules of the picture as a list: who is full before the next delivery, and what to do. */
export function List({ modules, view, onView, onGo }: Props) {
  const text = useText();
  const say = text.capacity;
  const [limit, setLimit] = useState(page);
  const { path, show, part, search } = view;
  useEffect(() => setLimit(page), [path, show, part, search]);
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.select() });
  const shown = listed(modules, view);
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
            aria-label={say.clearPart}
            onClick={() => onView({ ...view, part: null })}
          >
            {typeof part === "string" ? say.quadrants[part] : say.chosen} ✕
          </button>
        )}
        <Search
          input={input}
          value={search}
          name={text.whatIf.searchNodes}
          pauseMillis={pauseMillis}
          onSearch={(q) => onView({ ...view, search: q })}
        />
        <span class="rows" role="status">
          {text.rows(count(shown.length), count(modules.length))}
        </span>
        <button
          type="button"
          class="action"
          title={say.csvTitle}
          disabled={shown.length === 0}
          onClick={() => saveAs("capacity.csv", toCSV(shown))}
        >
          {say.csv}
        </button>
      </search>
      {shown.length === 0 && (
        <p class="nothing">
          {part || search ? say.none : show === "full" ? say.noneFull : say.noneAsks}{" "}
          <button type="button" onClick={() => onView({ ...view, show: "all", part: null, search: "" })}>
            {say.clear}
          </button>
        </p>
      )}
      {shown.length > 0 && <Table shown={shown.slice(0, limit)} view={view} onView={onView} onGo={onGo} />}
      {shown.length > limit && (
        <button type="button" class="more" onClick={() => setLimit(limit + page)}>
          {say.more(count(Math.min(page, shown.length - limit)))}
        </button>
      )}
    </section>
  );
}

interface Column {
  id: keyof Text["capacity"]["columns"];
  term: Term;
  of: (module: Module, text: Text) => ComponentChildren;
  best?: true; // its small values are what is looked for: they are on top after the first press
}

const columns: Column[] = [
  { id: "devices", term: "devices", of: ({ row }) => count(row.devices) },
  { id: "peak", term: "peak", of: ({ row }) => decimal(row.peak_today.value) },
  { id: "growth", term: "growth", of: ({ growth }) => signed(monthly(growth), 1) },
  {
    id: "headroom",
    term: "headroom",
    best: true,
    of: ({ row: { headroom } }) => (
      <span class={(headroom ?? 0) < 0 ? "overfull" : ""}>{decimal(headroom, 0)}</span>
    ),
  },
  { id: "full", term: "full", best: true, of: full },
  { id: "order", term: "order", of: order },
  { id: "without", term: "short", of: ({ short }) => percent(short?.short_without) },
  { id: "with", term: "short", of: ({ short }) => percent(short?.short_with) },
];

/** The day by which it is full, or that none is in sight. */
export const fullDay = ({ full_on, state }: Growth, text: Text) =>
  full_on.value || (state === "ok" ? text.beyond : unknown);

function full({ growth, kind }: Module, text: Text) {
  if (!growth) return unknown;
  const { value, lower, upper } = growth.full_on;
  const year = (value || growth.as_of).slice(0, 5);
  return (
    <>
      <span class={`main ${kind}`}>{fullDay(growth, text)}</span>
      {lower && lower !== upper && (
        <span class="sub">
          {lower.replace(year, "")} – {upper.replace(year, "") || "…"}
        </span>
      )}
      {growth.state !== "ok" && <span class="sub">{text.states[growth.state]}</span>}
    </>
  );
}

function order({ growth, short }: Module, { capacity }: Text) {
  return (
    <>
      <span class="main">{signed(growth?.devices_to_request ?? null, 0)}</span>
      {short && <span class="sub">{capacity.arrives(short.delivery.slice(5))}</span>}
    </>
  );
}

const percent = (share: number | null | undefined) =>
  share == null ? unknown : `${decimal(100 * share, share < 0.1 ? 1 : 0)} %`;

function Table({ shown, view, onView, onGo }: Omit<Props, "modules"> & { shown: Module[] }) {
  const text = useText();
  const say = text.capacity;
  const used = view.sort.replace("-", "");
  const heads = [{ id: "path" as const, best: true }, ...columns];
  return (
    <table class="changes">
      <thead>
        <tr>
          {heads.map(({ id, best }) => (
            <th
              key={id}
              scope="col"
              class={id}
              title={id in say.titles ? say.titles[id as "with"] : text.titles[id as "full"]}
              aria-sort={used !== id ? undefined : view.sort === id ? "ascending" : "descending"}
            >
              <button
                type="button"
                class={used === id ? "used" : ""}
                onClick={() => onView({ ...view, sort: toggleSort(view.sort, id, !best) })}
              >
                {say.columns[id]}
              </button>
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {shown.map((module) => (
          <Line key={module.row.id} module={module} onGo={onGo} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ module, onGo }: { module: Module; onGo: (path: string) => void }) {
  const text = useText();
  const say = text.capacity;
  const { id, path, state } = module.row;
  const wanted = module.growth?.devices_to_request ?? 0;
  const judged = module.growth?.state === "ok";
  return (
    <tr class={`row ${judged && state !== "stale" ? "" : "stale"}`}>
      <th scope="row">
        <Link to={modulePath(id, "")} onGo={onGo} title={path.join(" › ")}>
          <span class="main">{path.at(-1)}</span>
          <span class="sub">{path.slice(0, -1).join(" › ")}</span>
        </Link>
      </th>
      {columns.map(({ id: column, term, of }) => (
        <td key={column} class={column} data-label={say.columns[column]} {...explains(term, id)}>
          {of(module, text)}
        </td>
      ))}
      <td class="ways">
        {wanted > 0 && (
          <Link to={askFor(id)} onGo={onGo} class="way" title={say.askTitle}>
            {say.ask}
          </Link>
        )}
        {judged && (
          <Link to={withAndWithout(id, wanted)} onGo={onGo} class="way" title={say.whatIfTitle}>
            {say.whatIf}
          </Link>
        )}
      </td>
    </tr>
  );
}

/** The request for a module's devices, which the server fills in. */
const askFor = (path: string) =>
  changesPath({ ...defaultChanges, part: "requests", path, fill: '{"kind":"machines"}' });

/** A fifth more load, as it is and with the devices that are to be requested. */
function withAndWithout(path: string, more: number): string {
  const load = { ...noScenario, loads: [{ path, factor: "1.2", from: "", to: "" }] };
  const ordered = { ...load, devices: [{ path, change: `${more}` }] };
  return whatIfPath({ ...defaultWhatIf, scenarios: more > 0 ? [load, ordered] : [load] });
}
