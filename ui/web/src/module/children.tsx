import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Growth, Row } from "../api/types";
import { explains } from "../explain/terms";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { type Choice, modelsOf } from "../state/model";
import { defaultView, modulePath, writeView } from "../state/view";
import { Bar } from "../table/bar";
import { HeadroomLine } from "../table/headroom";
import { count, decimal, range } from "../text/format";
import { useText } from "../text/language";
import { Wide } from "../wide";

interface Props {
  id: string;
  level: string; // of what is below it
  model: Choice;
  revision: number;
  onGo: (path: string) => void;
}

interface Child {
  row: Row;
  growth: Growth | undefined;
}

/** What is below a node that is no module, each with its state, and their sum. */
export function Children({ id, level, model, revision, onGo }: Props) {
  const text = useText();
  const say = text.module.children;
  const by = modelsOf(model)[0];
  const found = useResource(`children ${id} ${by}`, revision, async () => {
    const [rows, growth, tree] = await Promise.all([
      api.below(id, level, by),
      api.growthBelow(id, level, by),
      api.branches(by),
    ]);
    const orders = new Map(growth.map((g) => [g.id, g]));
    const children: Child[] = rows.map((row) => ({ row, growth: orders.get(row.id) }));
    return { children, total: tree.find((node) => node.id === id) };
  });
  const total = found.data?.total;
  const totals =
    total &&
    say.totals(...([total.modules, total.deviating, total.learning, total.stale].map(count) as Four));
  return (
    <Panel title={say.title(level)} unit={totals ?? ""} name="children-panel">
      <Loaded of={found} empty={say.none} isEmpty={({ children }) => children.length === 0}>
        {({ children }) => <Table children={children} model={model} onGo={onGo} />}
      </Loaded>
      <p class="reason">
        <Link to={writeView({ ...defaultView, path: id, model }) || "./"} onGo={onGo} class="way">
          {say.table}
        </Link>
      </p>
    </Panel>
  );
}

type Four = [string, string, string, string];

function Table({ children, model, onGo }: { children: Child[]; model: Choice; onGo: Props["onGo"] }) {
  const text = useText();
  const say = text.module.children;
  const scale = Math.max(...children.map(({ row }) => Math.max(row.load ?? 0, row.upper ?? 0)), 1);
  return (
    <Wide>
      <table class="members children">
        <thead>
          <tr>
            {(["name", "load", "peak", "headroom", "request", "state"] as const).map((column) => (
              <th key={column} scope="col">
                {say[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {children.map(({ row, growth }) => (
            <tr key={row.id} class={row.state === "stale" ? "silent" : ""}>
              <th scope="row" title={row.path.join(" › ")}>
                <Link to={modulePath(row.id, model)} onGo={onGo}>
                  {row.path.at(-1)}
                </Link>
              </th>
              <td class="load" {...explains("load", row.id, modelsOf(model)[0])}>
                <Bar row={row} scale={scale} />
                {decimal(row.load)}
              </td>
              <td {...explains("peak", row.id, modelsOf(model)[0])}>
                {decimal(row.peak_today.value)}{" "}
                <small>
                  {row.peak_today.lower !== null && range(row.peak_today.lower, row.peak_today.upper)}
                </small>
              </td>
              <td {...explains("headroom", row.id, modelsOf(model)[0])}>
                <HeadroomLine row={row} text={text} />
              </td>
              <td {...explains("order", row.id, modelsOf(model)[0])}>
                {count(growth?.devices_to_request ?? null)}
              </td>
              <td>
                {row.deviates ? (
                  <span class={`way ${row.direction}`}>
                    {row.alarm && "⚑ "}
                    {row.direction === "down" ? `↓ ${text.down}` : `↑ ${text.up}`} {decimal(row.score)}
                  </span>
                ) : (
                  text.states[row.state]
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
