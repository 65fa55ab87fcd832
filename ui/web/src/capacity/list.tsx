import { useEffect, useRef, useState } from "preact/hooks";
import type { Growth } from "../api/types";
import { changesPath, defaultChanges } from "../changes/view";
import { explains } from "../explain/terms";
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

const columns = [
  "path",
  "devices",
  "peak",
  "growth",
  "headroom",
  "full",
  "order",
  "without",
  "with",
] as const;

/** Columns whose first click puts what is worst at the top. */
const worstIsMost: readonly string[] = ["devices", "peak", "growth", "order", "without", "with"];

function Table({ shown, view, onView, onGo }: Omit<Props, "modules"> & { shown: Module[] }) {
  const say = useText().capacity;
  const used = view.sort.replace("-", "");
  return (
    <table class="changes">
      <thead>
        <tr>
          {columns.map((id) => (
            <th
              key={id}
              scope="col"
              class={id}
              title={say.titles[id]}
              aria-sort={used !== id ? undefined : view.sort === id ? "ascending" : "descending"}
            >
              <button
                type="button"
                class={used === id ? "used" : ""}
                onClick={() => onView({ ...view, sort: toggleSort(view.sort, id, worstIsMost.includes(id)) })}
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

/** The day by which it is full, or that none is in sight. */
export const fullDay = ({ full_on, state }: Growth, text: Text) =>
  full_on.value || (state === "ok" ? text.beyond : unknown);

const percent = (share: number | null | undefined) =>
  share == null ? unknown : `${decimal(100 * share, share < 0.1 ? 1 : 0)} %`;

function Line({
  module: { row, growth, short, kind },
  onGo,
}: {
  module: Module;
  onGo: (path: string) => void;
}) {
  const text = useText();
  const say = text.capacity;
  const { id, path } = row;
  const cell = (column: (typeof columns)[number]) => ({ class: column, "data-label": say.columns[column] });
  const wanted = growth?.devices_to_request ?? 0;
  const late = growth && growth.state !== "ok";
  return (
    <tr class={`row ${late || row.state === "stale" ? "stale" : ""}`}>
      <th scope="row">
        <Link to={modulePath(id, "")} onGo={onGo} title={path.join(" › ")}>
          <span class="main">{path.at(-1)}</span>
          <span class="sub">{path.slice(0, -1).join(" › ")}</span>
        </Link>
      </th>
      <td {...cell("devices")} {...explains("devices", id)}>
        {count(row.devices)}
      </td>
      <td {...cell("peak")} {...explains("peak", id)}>
        {decimal(row.peak_today.value)}
      </td>
      <td {...cell("growth")} {...explains("growth", id)}>
        {signed(monthly(growth), 1)}
      </td>
      <td {...cell("headroom")} {...explains("headroom", id)}>
        <span class={(row.headroom ?? 0) < 0 ? "overfull" : ""}>{decimal(row.headroom, 0)}</span>
      </td>
      <td {...cell("full")} {...explains("full", id)}>
        <span class={`main ${kind}`}>{growth ? fullDay(growth, text) : unknown}</span>
        {growth && <Interval growth={growth} />}
        {late && <span class="sub">{text.states[growth.state]}</span>}
      </td>
      <td {...cell("order")} {...explains("order", id)}>
        <span class="main">
          {wanted > 0 ? <b>{`+${count(wanted)}`}</b> : count(growth?.devices_to_request ?? null)}
        </span>
        {short && <span class="sub">{say.arrives(short.delivery.slice(5))}</span>}
      </td>
      <td {...cell("without")} {...explains("short", id)}>
        {percent(short?.short_without)}
      </td>
      <td {...cell("with")} {...explains("short", id)}>
        {percent(short?.short_with)}
      </td>
      <td class="ways">
        {wanted > 0 && (
          <Link
            to={changesPath({ ...defaultChanges, part: "requests", path: id, fill: '{"kind":"machines"}' })}
            onGo={onGo}
            class="way"
            title={say.askTitle}
          >
            {say.ask}
          </Link>
        )}
        {growth?.state === "ok" && (
          <Link to={withAndWithout(id, wanted)} onGo={onGo} class="way" title={say.whatIfTitle}>
            {say.whatIf}
          </Link>
        )}
      </td>
    </tr>
  );
}

/** From the earliest day to the latest, where they are not the same. */
function Interval({ growth: { full_on, as_of } }: { growth: Growth }) {
  const { value, lower, upper } = full_on;
  if (!lower || lower === upper) return null;
  const year = (value || as_of).slice(0, 4);
  const brief = (day: string) => (day.startsWith(year) ? day.slice(5) : day);
  return (
    <span class="sub">
      {brief(lower)} – {upper ? brief(upper) : "…"}
    </span>
  );
}

/** A fifth more load, as it is and with the devices that are to be requested. */
function withAndWithout(path: string, more: number): string {
  const load = { ...noScenario, loads: [{ path, factor: "1.2", from: "", to: "" }] };
  const order = { ...load, devices: [{ path, change: `${more}` }] };
  return whatIfPath({ ...defaultWhatIf, scenarios: more > 0 ? [load, order] : [load] });
}
