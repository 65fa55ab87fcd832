import { useState } from "preact/hooks";
import { useText } from "./text/language";

interface Props {
  text: string;
  name?: string; // where "Copy" does not say enough
  class?: string;
  about?: string; // what is copied, for those who do not see it
}

/** A button that copies a text, where the browser lets pages do so. */
export function Copy({ text: copied, name, class: look = "quiet", about }: Props) {
  const text = useText();
  const [done, setDone] = useState("");
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      class={look}
      aria-label={about}
      onClick={() => navigator.clipboard.writeText(copied).then(() => setDone(copied))}
    >
      <span aria-live="polite">{done === copied ? text.copied : (name ?? text.copy)}</span>
    </button>
  );
}
