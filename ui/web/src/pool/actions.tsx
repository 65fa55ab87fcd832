import { api, serverNow } from "../api/client";
import type { PoolNode, Service } from "../api/pool";
import { useText } from "../text/language";
import { actionsOf } from "./nodes";
import { OrderActions } from "./orderactions";
import { orderOf, possibleActions, type ServiceAction } from "./orders";

/** What can be ordered of a node. */
export function NodeActions({ node, onDone }: { node: PoolNode; onDone: () => void }) {
  const text = useText().pool.actions;
  return (
    <OrderActions
      possible={actionsOf(node)}
      names={text}
      of="node"
      send={(action, order) => api.orderNode(node.name, { action, ...order })}
      onDone={onDone}
    />
  );
}

/** What can be ordered of a service. */
export function ServiceActions({ service, onDone }: { service: Service; onDone: () => void }) {
  const text = useText().pool.actions;
  const field = (action: ServiceAction) =>
    action === "hold"
      ? { label: text.hours, value: "" }
      : action === "byHand"
        ? { label: text.number, value: `${service.manual?.workers ?? service.desired}` }
        : undefined;
  return (
    <OrderActions
      possible={possibleActions(service)}
      names={text}
      of="service"
      field={field}
      send={async (action, order, typed) =>
        api.orderService(service.module, { ...orderOf(action, typed, serverNow(), text), ...order })
      }
      onDone={onDone}
    />
  );
}
