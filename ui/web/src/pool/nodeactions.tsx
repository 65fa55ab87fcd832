import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { NodeOrder, PoolNode } from "../api/pool";
import { useText } from "../text/language";
import { actionsOf } from "./nodes";
import { OrderForm } from "./orderform";

/** What can be ordered of a node. */
export function NodeActions({ node, onDone }: { node: PoolNode; onDone: () => void }) {
  const text = useText().pool.actions;
  const [step, setStep] = useState<NodeOrder["action"]>();
  const possible = actionsOf(node);
  return (
    <div class="alarm-actions">
      <div class="actions">
        {possible.map((action) => (
          <button
            key={action}
            type="button"
            class="action"
            title={text.abouts[action]}
            aria-pressed={step === action}
            onClick={() => setStep(action)}
          >
            {text[action]}
          </button>
        ))}
      </div>
      {step && possible.includes(step) && (
        <OrderForm
          key={step}
          about={text.abouts[step]}
          action={text[step]}
          send={(order) => api.orderNode(node.name, { action: step, ...order })}
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
