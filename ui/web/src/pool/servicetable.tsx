import { useNow } from "../alarms/now";
import type { Service } from "../api/pool";
import { explains } from "../explain/terms";
import { Link } from "../link";
import { namesOf, toggleSort } from "../state/view";
import { clock, span, unknown } from "../text/format";
import { langOf, useText } from "../text/language";
import { ModeBadges } from "./badges";
import { BusyBar } from "./busybar";
import { lateSeconds } from "./fresh";
import { type Line, spreadOf } from "./services";
import { servicePath } from "./view";

const columns = ["name", "mode", "busy", "workers", "state", "proxies", "reason"] as const;
const sortable: readonly string[] = ["name", "busy", "workers"];

interface Props {
  lines: Line[];
  sort: string;
  chosen: string | null;
  onSort: (sort: string) => void;
  onGo: (path: string) => void;
}

/** Services line by line. */
export function ServiceTable({ lines, sort, chosen, onSort, onGo }: Props) {
  const text = useText().pool;
  const now = useNow();
  const order = (name: string) =>
    sort === name ? "ascending" : sort === `-${name}` ? "descending" : undefined;
  return (
    <table class="services">
      <thead>
        <tr>
          {columns.map((name) => (
            <th
              key={name}
              scope="col"
              class={name}
              title={text.columnTitles[name as "busy"]}
              aria-sort={order(name)}
            >
              {sortable.includes(name) ? (
                <button type="button" onClick={() => onSort(toggleSort(sort, name, name !== "name"))}>
                  {text.columns[name]}
                </button>
              ) : (
                text.columns[name]
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Row key={line.module} line={line} now={now} chosen={chosen === line.module} onGo={onGo} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  line: Line;
  now: number; // Unix milliseconds
  chosen: boolean;
  onGo: (path: string) => void;
}

function Row({ line, now, chosen, onGo }: RowProps) {
  const text = useText().pool;
  const { module, kind, service, decision } = line;
  const names = namesOf(module);
  const to = servicePath(module);
  const late = lateSeconds(decision?.at, now);
  return (
    <tr
      class={[kind, chosen && "chosen", late !== null && "late"].filter(Boolean).join(" ")}
      onClick={() => onGo(to)}
    >
      <td class="name">
        <Link to={to} onGo={onGo} class="main" title={names.join(" › ")}>
          {names.at(-1)}
        </Link>
        <span class="sub">{names.slice(0, -1).join(" › ")}</span>
      </td>
      <td class="mode">
        <ModeBadges kind={kind} service={service} />
      </td>
      <td class="busy" {...(decision && explains("fraction", decision.id))}>
        <BusyBar fraction={line.fraction} target={line.target} />
      </td>
      <td class="workers" {...(decision && explains("workers", decision.id))}>
        <Change line={line} />
      </td>
      <td class="state">
        <Counts service={service} />
      </td>
      <td class="proxies">
        <Proxies service={service} />
      </td>
      <td class="reason" title={decision?.reason}>
        {decision ? (
          <span>
            <time datetime={decision.at}>{clock(decision.at)}</time>{" "}
            {late !== null && text.oldDecision(span(late))} <b>{text.decisions.causes[decision.cause]}</b>{" "}
            <span lang={langOf(decision.reason)}>{decision.reason}</span>
          </span>
        ) : (
          <span>{text.undecided}</span>
        )}
        {kind === "only" && <small>{text.configure}</small>}
      </td>
    </tr>
  );
}

/** Workers before and after the last decision. */
function Change({ line }: { line: Line }) {
  const text = useText().pool;
  const { decision, desired } = line;
  if (!decision || decision.current === decision.desired) return <b>{desired ?? unknown}</b>;
  return (
    <b class={decision.direction} title={text.change(`${decision.current}`, `${decision.desired}`)}>
      {decision.current} <i aria-hidden="true">→</i> {decision.desired}
    </b>
  );
}

/** How its workers are; what is none is left out. */
function Counts({ service }: { service: Service | null }) {
  const text = useText().pool;
  if (!service) return <span class="none">{unknown}</span>;
  const { serving, starting, failing, failure, unhealthy, overloaded, lost, stopping, wanted } = service;
  const parts: [string, string, number][] = [
    ["serving", text.serving(serving), 1],
    ["starting", text.starting(starting - failing), starting - failing],
    ["bad", text.failing(failing, failure ?? ""), failing],
    ["bad", text.unhealthy(unhealthy), unhealthy],
    ["bad", text.overloaded(overloaded), overloaded],
    ["bad", text.lostWorkers(lost), lost],
    ["bad", text.missing(wanted - serving - starting - lost), wanted - serving - starting - lost],
    ["stopping", text.stopping(stopping), stopping],
  ];
  const shown = parts.filter(([, , n]) => n > 0);
  return (
    <span class="counts" title={shown.map(([, word]) => word).join(", ")}>
      {shown.map(([kind, word]) => (
        <span key={word} class={kind}>
          {word}
        </span>
      ))}
    </span>
  );
}

/** Whether the proxies of a service have equally many workers behind them. */
export function Proxies({ service }: { service: Service | null }) {
  const text = useText().pool;
  const spread = spreadOf(service?.behind);
  if (!service || spread === null) return <span class="none">{unknown}</span>;
  const each = Object.entries(service.behind ?? {});
  const top = Math.max(1, ...each.map(([, n]) => n));
  const told = each.map(([proxy, n]) => `${proxy} ${n}`).join(", ");
  return (
    <span title={text.behind(told)}>
      <span class="main">
        <span class="bars" aria-hidden="true">
          {each.map(([proxy, n]) => (
            <i key={proxy} style={{ height: `${(100 * n) / top}%` }} />
          ))}
        </span>
        {each.map(([, n]) => n).join(" · ")}
      </span>
      <span class={spread > 1 ? "sub bad" : "sub"}>
        {spread > 1 && "≠ "}
        {spread === 0 ? text.even : text.apart(spread)}
      </span>
    </span>
  );
}
