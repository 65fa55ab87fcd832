import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Failure } from "./notice";
import { useText } from "./text/language";

interface Props {
  class?: string;
  label?: string;
  about?: string | undefined;
  children?: ComponentChildren; // the fields
  below?: ComponentChildren;
  buttons: { value?: string; label: string; title?: string; disabled?: boolean }[]; // the first is the main one
  onInput?: () => void;
  onSend: (values: Record<string, string>, button: string) => Promise<unknown>; // an error of it is shown
  onCancel: () => void;
}

/** Fields that are sent by one of its buttons, with the value of the one that was pressed; Esc leaves it. */
export function SendForm(props: Props) {
  const { class: name = "", label, about, children, below, buttons, onInput, onSend, onCancel } = props;
  const text = useText();
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const form = useRef<HTMLFormElement>(null);
  // Before anybody can type: a focus that moves later takes what is typed along.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("input:enabled, select")?.focus(), []);
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const values = Object.fromEntries([...data].map(([key, value]) => [key, `${value}`]));
    setSending(true);
    setFailure(undefined);
    try {
      await onSend(values, (e.submitter as HTMLButtonElement | null)?.value ?? "");
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      ref={form}
      class={`alarm-form ${name}`}
      aria-label={label}
      onSubmit={send}
      onInput={onInput}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      {about && <p>{about}</p>}
      {children && <div class="fields">{children}</div>}
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
            {sending && buttons.length === 1 ? `${text.sending}…` : label}
          </button>
        ))}
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}
