import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Act, type Deed, Lacking } from "../allowed";
import { useMeaning } from "../explain/glossary";
import { OrderForm } from "./orderform";

/** What a form does when it is over. */
export interface Over {
  onDone: () => void;
  onCancel: () => void;
}

interface Props<A extends string> {
  possible: A[];
  names: Record<A, string>;
  of: string; // what is ordered of, as the glossary has it
  label?: string | undefined; // of the button, where it is not its name
  deedOf?: (action: A) => Deed; // what it takes; anybody may do it unless said
  lacking?: Deed | undefined; // what is said beside the buttons
  about?: (action: A) => string; // in its form
  field?: (action: A) => { label: string; value: string } | undefined; // asked for beside the reason
  needsReason?: boolean;
  send?: (action: A, order: { who: string; reason: string }, typed: string) => Promise<unknown>;
  onDone?: () => void;
  children?: (action: A, over: Over) => ComponentChildren; // a form of its own
}

const free: Deed = { does: "", at: undefined };

/** What can be ordered: a button each, and the form of the one that is pressed. */
export function OrderActions<A extends string>(props: Props<A>) {
  const { possible, names, of, label, deedOf, lacking, about, field, needsReason, send } = props;
  const meaning = useMeaning(of);
  const [step, setStep] = useState<A>();
  const over = {
    onDone: () => {
      setStep(undefined);
      props.onDone?.();
    },
    onCancel: () => setStep(undefined),
  };
  return (
    <div class="alarm-actions">
      <div class="actions">
        {possible.map((action) => (
          <Act
            key={action}
            {...(deedOf?.(action) ?? free)}
            class={action === "approve" ? "main-action" : "action"}
            title={meaning(action)}
            aria-pressed={step === action}
            onClick={() => setStep(step === action ? undefined : action)}
          >
            {label ?? names[action]}
          </Act>
        ))}
      </div>
      {lacking && <Lacking {...lacking} />}
      {step &&
        possible.includes(step) &&
        (props.children?.(step, over) ?? (
          <OrderForm
            key={step}
            about={about?.(step) ?? meaning(step) ?? ""}
            action={names[step]}
            field={field?.(step)}
            needsReason={needsReason ?? false}
            send={async (order, typed) => send?.(step, order, typed)}
            {...over}
          />
        ))}
    </div>
  );
}
