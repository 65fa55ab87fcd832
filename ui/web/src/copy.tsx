import { useState } from "preact/hooks";
import { useText } from "./text/language";

interface Props {
  text: string;
  name?: string; // where "Copy" does not say enough
  class?: string;
}

/** A button that copies a text, where the browser lets pages do so. */
export function Copy({ text: copied, name, class: look = "quiet" }: Props) {
  const text = useText().explain;
  const [done, setDone] = useState("");
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      class={look}
      onClick={() => navigator.clipboard.writeText(copied).then(() => setDone(copied))}
    >
      <span aria-live="polite">{done === copied ? text.copied : (name ?? text.copy)}</span>
    </button>
  );
}
