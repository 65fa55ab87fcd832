import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useKeys } from "../keys";
import { Search } from "../search";
import type { PartProps } from "./page";

/** What stands in typing is passed on when it pauses. */
const pauseMillis = 150;

type Props = Pick<PartProps, "shown" | "view" | "onView"> & { name: string; children: ComponentChildren };

/** The search of a part, which "/" goes to, and its other filters; all stand in the URL. */
export function Filters({ shown, view, name, onView, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => input.current?.select() } : {});
  return (
    <search class="pool-filters">
      <Search
        input={input}
        value={view.search}
        name={name}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      {children}
    </search>
  );
}

interface ChipProps {
  on: boolean;
  title?: string;
  onChange: () => void;
  children: ComponentChildren;
}

/** A filter that is on or off. */
export const Chip = ({ on, title, onChange, children }: ChipProps) => (
  <label class="chip" title={title}>
    <input type="checkbox" checked={on} onChange={onChange} />
    {children}
  </label>
);

interface ChoiceProps {
  label: string;
  shown?: boolean; // the label, for all to see
  value: string;
  options: [value: string, name: string][];
  onChange: (value: string) => void;
}

/** A filter with several values. */
export const Choice = ({ label, shown, value, options, onChange }: ChoiceProps) => (
  <label class="select">
    <span class={shown ? "" : "hidden"}>{label}</span>
    <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
      {options.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
