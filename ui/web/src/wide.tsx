import type { ComponentChildren } from "preact";

/** Holds a table that may be wider than its place: once it has the focus, the arrow keys scroll it. */
export function Wide({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div class="wide-table" tabIndex={0}>
      {children}
    </div>
  );
}
