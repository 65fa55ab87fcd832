import { useId } from "preact/hooks";
import { useTyped } from "../typed";

interface Props {
  label: string;
  type: "number" | "date" | "search";
  value: string;
  unit?: string;
  placeholder?: string;
  step?: string;
  min?: string;
  max?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
  class?: string;
  onValue: (value: string) => void;
}

/** The URL is written and the server asked when typing pauses. */
const pauseMillis = 300;

/** A field with its label above it. */
export function Field({ label, unit, value, invalid, describedBy, class: name, onValue, ...input }: Props) {
  const id = useId();
  const { typed, setTyped, send } = useTyped(value, onValue, pauseMillis);
  return (
    <div class={`field ${name ?? ""}`}>
      <label for={id}>{label}</label>
      <span class="box">
        <input
          {...(input as { type: "number" })} // the types of Preact allow each kind only by itself
          id={id}
          value={typed}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          onInput={(e) => setTyped(e.currentTarget.value)}
          onBlur={send}
        />
        {unit && <span class="unit">{unit}</span>}
      </span>
    </div>
  );
}
