import type { ComponentChildren } from "preact";
import type { Resource } from "./api/live";
import { Waiting } from "./notice";

interface PanelProps {
  title: ComponentChildren;
  unit?: string;
  below?: string | undefined;
  name?: string; // as a class
  children: ComponentChildren;
}

/** A part of a page under its own title. */
export function Panel({ title, unit, below, name = "", children }: PanelProps) {
  return (
    <section class={`panel ${name}`}>
      <h2>
        {title} {unit && <small>{unit}</small>}
      </h2>
      {children}
      {below && <p class="reason">{below}</p>}
    </section>
  );
}

interface LoadedProps<T> {
  of: Resource<T>;
  empty: string;
  isEmpty: (data: T) => boolean;
  children: (data: T) => ComponentChildren;
}

/** The content once it is there; until then why it is not. */
export function Loaded<T>({ of, empty, isEmpty, children }: LoadedProps<T>) {
  if (of.data === undefined) return <Waiting error={of.error} />;
  return <>{isEmpty(of.data) ? <p class="nothing">{empty}</p> : children(of.data)}</>;
}
