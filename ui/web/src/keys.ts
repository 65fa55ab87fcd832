import { useEffect } from "preact/hooks";

export type Keys = Record<string, (e: KeyboardEvent) => void>;

/** Text fields and dialogs keep their keys to themselves. */
const hasOwnKeys = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.matches("input:not([type=checkbox]), textarea, select") || target.closest("dialog") !== null);

/** Calls the function of a key pressed anywhere but in a text field. */
export function useKeys(keys: Keys) {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || hasOwnKeys(e.target)) return;
      const action = keys[e.key];
      if (!action) return;
      // Enter on a button or link means that button.
      if (e.key === "Enter" && e.target instanceof HTMLElement && e.target.matches("a, button, summary"))
        return;
      e.preventDefault();
      action(e);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

/** Calls a function on Ctrl-K or Cmd-K, wherever it is pressed. */
export function useCtrlK(action: () => void) {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.key !== "k") return;
      e.preventDefault();
      action();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}
