import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { keepName } from "../alarms/name";
import { WhoField } from "../me";
import { Failure } from "../notice";
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
  const { about, children, below, needsWhy, whyHint, asksWho = true, buttons, onSend, onCancel } = props;
  const text = useText().changes.flows;
  const [failure, setFailure] = useState<Error>();
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // Before anybody can type: a focus that moves later takes what is typed along.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("input:enabled, select")?.focus(), []);
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const all = Object.fromEntries([...data].map(([name, value]) => [name, `${value}`]));
    const { "-who": who = "", "-why": why = "", ...typed } = all;
    if (who) keepName(who);
    setSending(true);
    setFailure(undefined);
    try {
      await onSend({ typed, who, why, button: (e.submitter as HTMLButtonElement | null)?.value ?? "" });
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      ref={form}
      class="alarm-form start-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      {about && <p>{about}</p>}
      <div class="fields">
        {children}
        <TextField label={text.why} name="-why" hint={whyHint} maxLength={2000} needed={needsWhy} />
        {asksWho && <WhoField label={text.who} />}
      </div>
      {below}
      {failure && <Failure error={failure} />}
      <div class="actions">
        {buttons.map(({ value = "", label, title, disabled }, i) => (
          <button
            key={value}
            type="submit"
            class={i === 0 ? "main-action" : "action"}
            value={value}
            title={title}
            disabled={sending || disabled}
          >
            {label}
          </button>
        ))}
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </form>
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
export function Confirm({ about, action, send, onDone, onCancel }: ConfirmProps) {
  const text = useText().changes.flows;
  const [failure, setFailure] = useState<Error>();
  return (
    <div class="alarm-form">
      <p>{about}</p>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="button" class="main-action" onClick={() => send().then(onDone, setFailure)}>
          {action}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </div>
  );
}
