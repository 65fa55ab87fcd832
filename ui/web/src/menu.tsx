import type { ComponentChildren } from "preact";

interface Props {
  class?: string;
  title: string;
  summary: ComponentChildren;
  keys?: string; // that open it
  children: ComponentChildren;
}

/** A button with something that opens below it, until Esc or the focus goes elsewhere. */
export function Menu({ class: name = "", title, summary, keys, children }: Props) {
  return (
    <details
      class={`menu ${name}`}
      onKeyDown={(e) => {
        if (e.key !== "Escape" || !e.currentTarget.open) return;
        e.stopPropagation();
        e.currentTarget.open = false;
        e.currentTarget.querySelector("summary")?.focus();
      }}
      onFocusOut={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget as Node | null)) e.currentTarget.open = false;
      }}
    >
      <summary class="quiet" title={title} aria-label={title} aria-keyshortcuts={keys}>
        {summary}
      </summary>
      {/* It takes the focus, so that a press on a word in it does not close it. */}
      <div class="menu-body" tabIndex={-1}>
        {children}
      </div>
    </details>
  );
}
