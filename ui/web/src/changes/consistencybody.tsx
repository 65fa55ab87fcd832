import { useState } from "preact/hooks";
import { moment } from "../alarms/words";
import { Lacking } from "../allowed";
import { api } from "../api/client";
import type { Adopted, FleetItem, FleetNode, ItemAction } from "../api/fleet";
import { Link } from "../link";
import { Waiting } from "../notice";
import { useFresh } from "../pool/fresh";
import { OrderActions } from "../pool/orderactions";
import { modulePath } from "../state/view";
import { useText } from "../text/language";
import { actionsOf } from "./consistency";
import type { PartProps } from "./page";
import { runPath } from "./view";

interface Props extends Pick<PartProps, "view" | "shown" | "revision" | "onView" | "onGo"> {
  module: string;
  today: string; // YYYY-MM-DD
  onChange: () => void;
}

/** A module's nodes; one of them opens to its items that are not as declared. */
export function ConsistencyBody(props: Props) {
  const { module, view, shown, revision, today, onView, onGo, onChange } = props;
  const text = useText().changes.consistency;
  const found = useFresh(`consistency of ${module}`, revision, shown, () => api.moduleConsistency(module));
  const [runs, setRuns] = useState<string[]>([]);
  const did = (started: string[]) => {
    setRuns(started);
    found.again();
    onChange();
  };
  const detail = found.old ? undefined : found.data;
  if (!detail) return <Waiting error={found.error} />;
  const open = view.node || (detail.list.length === 1 ? (detail.list[0]?.node ?? "") : "");
  return (
    <div class="opened">
      <p class="ways">
        <Link to={modulePath(module, "")} onGo={onGo} class="way">
          {text.toModule}
        </Link>
        <code>
          {detail.file}:{detail.line}
        </code>
      </p>
      {detail.inconsistent > 0 && <Orders module={module} node="" item="" may={["repair"]} onDone={did} />}
      {runs.length > 0 && (
        <p class="ways" role="status">
          {text.started}
          {runs.map((run) => (
            <Link key={run} to={runPath(run)} onGo={onGo} class="way">
              {run}
            </Link>
          ))}
        </p>
      )}
      <Lacking does="consistency." at={module} />
      <ol class="lines nodes-of">
        {detail.list.map((node) => (
          <li key={node.node}>
            <NodeLine
              {...{ node, today }}
              open={node.node === open}
              onOpen={() => onView({ ...view, node: node.node === open ? "-" : node.node })}
            />
            {node.node === open && <Items {...{ node, module, today, onGo }} onDone={did} />}
          </li>
        ))}
      </ol>
      {detail.overrides.length > 0 && <AdoptedList of={detail.overrides} module={module} onDone={did} />}
    </div>
  );
}

function NodeLine(props: { node: FleetNode; today: string; open: boolean; onOpen: () => void }) {
  const { node, today, open, onOpen } = props;
  const text = useText().changes.consistency;
  return (
    <button type="button" class="line" aria-expanded={open} onClick={onOpen}>
      <span class={node.state === "inconsistent" ? "bad" : ""}>{text.nodeStates[node.state]}</span>
      <b class="name">{node.node}</b>
      <small>
        {[
          node.reason,
          node.since && text.since(moment(node.since, today)),
          text.okItems(node.ok),
          node.ignored > 0 && text.ignored(node.ignored),
          node.closed && text.closed,
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
    </button>
  );
}

interface ItemsProps extends Pick<Props, "module" | "today" | "onGo"> {
  node: FleetNode;
  onDone: (runs: string[]) => void;
}

function Items({ node, module, today, onGo, onDone }: ItemsProps) {
  const text = useText().changes.consistency;
  const { items } = node;
  if (items.length === 0)
    return <p class="nothing">{node.state === "unknown" ? node.reason : text.allRight}</p>;
  return (
    <ul class="items-of">
      {items.map((item) => (
        <li key={item.item}>
          <div class="head">
            <b>{item.item}</b>
            <span class={`tag item-${item.state}`}>{text.states[item.state]}</span>
            {item.since && <small>{text.since(moment(item.since, today))}</small>}
            <Changed by={item.cause} onGo={onGo} />
          </div>
          <dl class="as-declared">
            <dt>{text.declared}</dt>
            <dd>{item.declared || text.nothing}</dd>
            <dt>{text.found}</dt>
            <dd>{item.found || text.nothing}</dd>
          </dl>
          {item.reason && <p class="reason">{item.reason}</p>}
          {item.ignored && <p class="reason">{text.ignoredBy(item.ignored.who, item.ignored.why)}</p>}
          <Orders module={module} node={node.node} item={item.item} may={actionsOf(item)} onDone={onDone} />
        </li>
      ))}
    </ul>
  );
}

/** What made an item so, with the run if it was one. */
function Changed({ by, onGo }: { by: FleetItem["cause"]; onGo: Props["onGo"] }) {
  const text = useText().changes.consistency;
  if (!by) return null;
  return (
    <small>
      {text.causes[by.kind]}{" "}
      {by.run && (
        <Link to={runPath(by.run)} onGo={onGo} class="way">
          {[by.flow, by.who].filter(Boolean).join(" · ") || by.run}
        </Link>
      )}
    </small>
  );
}

function AdoptedList(props: { of: Adopted[]; module: string; onDone: (runs: string[]) => void }) {
  const text = useText().changes.consistency;
  return (
    <>
      <h4>{text.adoptedTitle}</h4>
      <ul class="items-of">
        {props.of.map((one) => (
          <li key={one.item}>
            <div class="head">
              <b>{one.item}</b>
              <small>{text.adoptedBy(one.who, one.node, one.why)}</small>
            </div>
            {one.conflict && <p class="bad">{text.conflict(one.conflict)}</p>}
            <pre class="proposal">{`${one.file}:${one.line}\n${one.patch}`}</pre>
            <Orders module={props.module} node="" item={one.item} may={["unadopt"]} onDone={props.onDone} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface OrdersProps {
  module: string;
  node: string; // empty: all
  item: string; // likewise
  may: ItemAction[];
  onDone: (runs: string[]) => void;
}

/** What somebody can have done about an item, each with a reason. */
function Orders({ module, node, item, may, onDone }: OrdersProps) {
  const text = useText().changes.consistency;
  if (may.length === 0) return null;
  return (
    <OrderActions
      possible={may}
      names={text.actions}
      of="item"
      label={item ? undefined : text.repairAll}
      deedOf={(one) => ({ does: `consistency.${one}`, at: module })}
      needsReason
      send={async (action, { who, reason }) => {
        const on = action === "unadopt" ? "" : node;
        const { runs } = await api.orderConsistency(module, { action, node: on, item, who, why: reason });
        onDone(runs);
      }}
    />
  );
}
