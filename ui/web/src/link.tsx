import type { ComponentChildren } from "preact";
import { address, plainClick } from "./state/router";

interface Props {
  to: string; // a path below the root
  onGo: (path: string) => void;
  class?: string;
  title?: string | undefined;
  label?: string | undefined; // where the content alone does not say it
  current?: boolean;
  children: ComponentChildren;
}

/** A link to another page of ours, or to another state of this one. */
export function Link({ to, onGo, class: name, title, label, current, children }: Props) {
  return (
    <a
      href={address(to)}
      class={name}
      title={title}
      aria-label={label}
      aria-current={current ? "true" : undefined}
      onClick={(e) => {
        e.stopPropagation(); // a row that holds it leads elsewhere
        if (!plainClick(e)) return;
        e.preventDefault();
        onGo(to);
      }}
    >
      {children}
    </a>
  );
}
