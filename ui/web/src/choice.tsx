import type { ComponentChildren } from "preact";

interface ChipProps {
  on: boolean;
  title?: string;
  class?: string;
  onChange: () => void;
  children: ComponentChildren;
}

/** A filter that is on or off. */
export const Chip = ({ on, title, class: name = "", onChange, children }: ChipProps) => (
  <label class={`chip ${name}`} title={title}>
    <input type="checkbox" checked={on} onChange={onChange} />
    {children}
  </label>
);

interface ChoiceProps {
  label: string;
  shown?: boolean; // the label, for all to see
  class?: string;
  value: string;
  options: (readonly [value: string, name: string])[];
  onChange: (value: string) => void;
}

/** A filter with several values. */
export const Choice = ({ label, shown, class: name = "", value, options, onChange }: ChoiceProps) => (
  <label class={`select ${name}`}>
    <span class={shown ? "" : "hidden"}>{label}</span>
    <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  </label>
);
