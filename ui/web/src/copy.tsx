import { useState } from "preact/hooks";
import { useText } from "./text/language";

/** A button that copies a text, where the browser lets pages do so. */
export function Copy({ text: copied }: { text: string }) {
  const text = useText().explain;
  const [done, setDone] = useState("");
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => navigator.clipboard.writeText(copied).then(() => setDone(copied))}
    >
      {done === copied ? text.copied : text.copy}
    </button>
  );
}
