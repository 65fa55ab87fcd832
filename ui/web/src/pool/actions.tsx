import { useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import type { PoolNode, Service } from "../api/pool";
import { useText } from "../text/language";
import { actionsOf } from "./nodes";
import { OrderForm } from "./orderform";
import { orderOf, possibleActions, type ServiceAction } from "./orders";

interface Props<A extends string> {
  possible: A[];
  names: Record<A, string>;
  abouts: Record<A, string>;
  field?: (action: A) => { label: string; value: string } | undefined; // asked for beside the reason
  send: (action: A, order: { who: string; reason: string }, typed: string) => Promise<unknown>;
  onDone: () => void;
}

/** What can be ordered: a button each, and the form of the one that is pressed. */
function Actions<A extends string>({ possible, names, abouts, field, send, onDone }: Props<A>) {
  const [step, setStep] = useState<A>();
  return (
    <div class="alarm-actions">
      <div class="actions">
        {possible.map((action) => (
          <button
            key={action}
            type="button"
            class="action"
            title={abouts[action]}
            aria-pressed={step === action}
            onClick={() => setStep(action)}
          >
            {names[action]}
          </button>
        ))}
      </div>
      {step && possible.includes(step) && (
        <OrderForm
          key={step}
          about={abouts[step]}
          action={names[step]}
          field={field?.(step)}
          send={(order, typed) => send(step, order, typed)}
          onDone={() => {
            setStep(undefined);
            onDone();
          }}
          onCancel={() => setStep(undefined)}
        />
      )}
    </div>
  );
}

/** What can be ordered of a node. */
export function NodeActions({ node, onDone }: { node: PoolNode; onDone: () => void }) {
  const text = useText().pool.actions;
  return (
    <Actions
      possible={actionsOf(node)}
      names={text}
      abouts={text.abouts}
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
    <Actions
      possible={possibleActions(service)}
      names={text}
      abouts={text.aboutService}
      field={field}
      send={async (action, order, typed) =>
        api.orderService(service.module, { ...orderOf(action, typed, serverNow(), text), ...order })
      }
      onDone={onDone}
    />
  );
}
