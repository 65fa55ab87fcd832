import type { ComponentChildren } from "preact";
import { keepName } from "../alarms/name";
import { WhoField } from "../me";
import { SendForm } from "../sendform";
import { useText } from "../text/language";

/** What somebody has typed and pressed. */
export interface Sent {
  typed: Record<string, string>; // the fields by name
  who: string;
  why: string;
  button: string; // value of the one that was pressed
}

interface Props {
  about?: string | undefined;
  children?: ComponentChildren; // the fields before why and who
  below?: ComponentChildren;
  needsWhy?: boolean;
  whyHint?: string;
  asksWho?: boolean;
  buttons: { value?: string; label: string; title?: string; disabled?: boolean }[]; // the first is the main one
  onSend: (sent: Sent) => Promise<unknown>; // an error of it is shown
  onCancel: () => void;
}

/** The form of a change: its fields, why, and who it is; Esc leaves it. */
export function ChangeForm(props: Props) {
  const { children, needsWhy, whyHint, asksWho = true, onSend, ...rest } = props;
  const text = useText().changes.flows;
  return (
    <SendForm
      {...rest}
      class="start-form"
      onSend={({ "-who": who = "", "-why": why = "", ...typed }, button) => {
        if (who) keepName(who);
        return onSend({ typed, who, why, button });
      }}
    >
      {children}
      <TextField label={text.why} name="-why" hint={whyHint} maxLength={2000} needed={needsWhy} />
      {asksWho && <WhoField label={text.who} />}
    </SendForm>
  );
}

interface FieldProps {
  label: ComponentChildren;
  name: string;
  value?: string | undefined;
  type?: string;
  hint?: string | undefined;
  needed?: boolean | undefined;
  maxLength?: number;
  readOnly?: boolean;
}

/** A field of one line. */
export function TextField({
  label,
  name,
  value,
  type = "text",
  hint,
  needed,
  maxLength,
  readOnly,
}: FieldProps) {
  return (
    <label class="field">
      {label}
      <input
        {...{ name, readOnly, maxLength }}
        type={type as "text"}
        defaultValue={value}
        placeholder={hint}
        title={hint}
        required={needed}
        autoComplete={type === "password" ? "new-password" : "off"}
        {...(type === "number" && { min: "0", step: "any" })}
      />
    </label>
  );
}

interface ChoiceProps {
  label: ComponentChildren;
  name: string;
  value?: string;
  choices: [value: string, label: string][];
  onChange?: (value: string) => void;
}

/** A field in which one of a few is chosen. */
export function ChoiceField({ label, name, value, choices, onChange }: ChoiceProps) {
  return (
    <label class="field">
      {label}
      <select name={name} value={value} onChange={(e) => onChange?.(e.currentTarget.value)}>
        {choices.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A field that is on or off. */
export function CheckField({ label, name, on }: { label: ComponentChildren; name: string; on: boolean }) {
  return (
    <label class="field check">
      <input type="checkbox" name={name} value="true" defaultChecked={on} />
      {label}
    </label>
  );
}

interface ConfirmProps {
  about: string;
  action: string;
  send: () => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
}

/** Asks once more before something is taken away. */
export const Confirm = ({ about, action, send, onDone, onCancel }: ConfirmProps) => (
  <SendForm
    about={about}
    buttons={[{ label: action }]}
    onSend={() => send().then(onDone)}
    onCancel={onCancel}
  />
);
