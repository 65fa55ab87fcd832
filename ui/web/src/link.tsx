import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
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

/** Brings the current one of a row of links into sight, of which a phone shows only some: anew with each state of the row. */
export function useInSight(row: string, state: string) {
  useEffect(() => {
    document.querySelector(`${row} [aria-current]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [state]);
}
