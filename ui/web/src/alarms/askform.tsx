import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../notice";
import { useText } from "../text/language";

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  required?: boolean;
}

interface Props {
  about: string;
  fields: FieldProps[];
  action: string;
  onSend: (values: Record<string, string>) => Promise<void>;
  onCancel: () => void;
}

/** A few lines of text that are sent; Esc leaves it. */
export function AskForm({ about, fields, action, onSend, onCancel }: Props) {
  const text = useText().alarms;
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const form = useRef<HTMLFormElement>(null);
  // Before anybody can type: a focus that moves later takes what is typed along.
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    setSending(true);
    setFailure(undefined);
    try {
      await onSend(Object.fromEntries([...data].map(([name, value]) => [name, `${value}`])));
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      ref={form}
      class="alarm-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      {about && <p>{about}</p>}
      <div class="fields">
        {fields.map(({ name, label, hint = "", value = "", required = false }) => (
          <label key={name} class="field">
            {label}
            <input
              type="text"
              name={name}
              placeholder={hint}
              defaultValue={value}
              maxLength={500}
              required={required}
            />
          </label>
        ))}
      </div>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" disabled={sending}>
          {sending ? `${text.sending}…` : action}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}
