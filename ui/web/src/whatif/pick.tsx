import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useText } from "../text/language";
import { matching, type Offer } from "./offers";

interface Props {
  label: string;
  value: string;
  offers: Offer[];
  placeholder?: string;
  invalid?: boolean;
  describedBy?: string | undefined;
  onPick: (value: string) => void;
}

/** A text field that offers what is known; anything else may be typed. Enter, leaving it or a press picks. */
export function Pick({ label, value, offers, placeholder, invalid, describedBy, onPick }: Props) {
  const text = useText().whatIf;
  const id = useId();
  const [typed, setTyped] = useState(value);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => list.current?.children[active]?.scrollIntoView({ block: "nearest" }), [active]);

  const shown = open ? matching(offers, typed === value ? "" : typed) : [];
  const show = (wanted: boolean) => {
    setOpen(wanted);
    setActive(-1);
  };
  const pick = (wanted: string) => {
    show(false);
    setTyped(wanted);
    if (wanted !== value) onPick(wanted);
  };
  const press = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (open) setActive(Math.min(Math.max(active + step, -1), shown.length - 1));
      else show(true);
    } else if (e.key === "Enter") {
      pick(shown[active]?.value ?? typed.trim());
    } else if (e.key === "Escape") {
      show(false);
      setTyped(value);
    }
  };
  return (
    <div class="field pick">
      <label for={id}>{label}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown[active] && `${id}-${active}`}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        title={typed}
        value={typed}
        onInput={(e) => {
          setTyped(e.currentTarget.value);
          show(true);
        }}
        onClick={() => show(true)}
        onKeyDown={press}
        onBlur={() => pick(typed.trim())}
      />
      <div id={`${id}-list`} ref={list} class="offers" role="listbox" aria-label={label} hidden={!open}>
        {shown.map((offer, i) => (
          <div
            key={offer.value}
            id={`${id}-${i}`}
            class="offer"
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            onMouseDown={(e) => {
              e.preventDefault(); // the field keeps the focus
              pick(offer.value);
            }}
          >
            <span>{offer.name}</span> <small>{offer.note}</small>
          </div>
        ))}
        {open && shown.length === 0 && <p>{text.noOffer}</p>}
      </div>
    </div>
  );
}
