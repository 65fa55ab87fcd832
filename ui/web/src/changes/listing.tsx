import type { ComponentChildren, RefObject } from "preact";
import { useState } from "preact/hooks";
import { Choice } from "../choice";
import { Waiting } from "../notice";
import type { Fresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { Search } from "../search";
import { useText } from "../text/language";
import type { PartProps } from "./page";
import type { ChangesView } from "./view";

const step = 100; // lines that are asked for at first, and how many more each time

/** How many lines are asked for, and the way to more while there may be some. */
export function useLimit(most = 1000): [limit: number, onMore: (() => void) | undefined] {
  const [limit, setLimit] = useState(step);
  return [limit, limit < most ? () => setLimit(Math.min(limit + step, most)) : undefined];
}

interface Props<T> {
  of: Fresh<T>;
  filters: ComponentChildren;
  box?: RefObject<HTMLDivElement | null>;
  above?: ComponentChildren; // between the filters and the list
  isEmpty: (data: T) => boolean;
  empty: ComponentChildren; // what stands there instead
  onMore?: (() => void) | false | undefined;
  children: (data: T) => ComponentChildren;
}

/** The list of a part of the page, below its filters: how old it is, or why it is not there. */
export function Listing<T>({ of, filters, box, above, isEmpty, empty, onMore, children }: Props<T>) {
  const text = useText().changes;
  const { data, error, old } = of;
  return (
    <>
      <Stale of={of} />
      <search class="pool-filters">{filters}</search>
      {above}
      {data === undefined && <Waiting error={error} />}
      <div ref={box ?? null} class={old ? "old" : ""}>
        {data !== undefined && (isEmpty(data) ? empty : children(data))}
        {onMore && (
          <button type="button" class="older" onClick={onMore}>
            {text.older}
          </button>
        )}
      </div>
    </>
  );
}

interface FieldProps extends Pick<PartProps, "shown" | "view" | "onView"> {
  field: "search" | "who" | "action";
  name: string;
  first?: boolean; // "/" leads to it
}

/** A field of the search of a part. */
export const FilterField = ({ shown, view, onView, field, name, first = true }: FieldProps) => (
  <Search
    active={shown && first}
    name={name}
    value={view[field]}
    onSearch={(value) => onView({ ...view, [field]: value })}
  />
);

interface StateProps<S extends string> {
  view: ChangesView;
  onView: (view: ChangesView) => void;
  states: readonly S[];
  names: Record<S, string>;
}

/** Chooses one of the states of runs or requests. */
export function StateFilter<S extends string>({ view, onView, states, names }: StateProps<S>) {
  const text = useText().changes.runs;
  return (
    <Choice
      label={text.state}
      value={view.state}
      options={[["", text.any], ...states.map((state) => [state, names[state]] as const)]}
      onChange={(state) => onView({ ...view, state })}
    />
  );
}
