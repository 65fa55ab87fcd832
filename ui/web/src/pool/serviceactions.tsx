import { useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import type { Service } from "../api/pool";
import { useText } from "../text/language";
import { OrderForm } from "./orderform";
import { orderOf, possibleActions, type ServiceAction } from "./orders";

/** What can be ordered of a service. */
export function ServiceActions({ service, onDone }: { service: Service; onDone: () => void }) {
  const text = useText().pool.actions;
  const [step, setStep] = useState<ServiceAction>();
  const possible = possibleActions(service);
  const field =
    step === "hold"
      ? { label: text.hours, value: "" }
      : step === "byHand"
        ? { label: text.number, value: `${service.manual?.workers ?? service.desired}` }
        : undefined;
  return (
    <div class="alarm-actions">
      <div class="actions">
        {possible.map((action) => (
          <button
            key={action}
            type="button"
            class="action"
            title={text.aboutService[action]}
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
          about={text.aboutService[step]}
          action={text[step]}
          field={field}
          send={async (order, typed) =>
            api.orderService(service.module, { ...orderOf(step, typed, serverNow(), text), ...order })
          }
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
