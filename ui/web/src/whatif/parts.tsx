import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useText } from "../text/language";
import type { Fault } from "./faults";
import { Field } from "./field";
import type { KnownDomain, Offer } from "./offers";
import { Pick } from "./pick";
import { type DevicesPart, isWhole, type Kind, type LoadPart, type LostPart } from "./scenario";

/** What the fields of all parts offer. */
export interface Known {
  nodes: Offer[];
  modules: Offer[];
  domains: KnownDomain[];
}

interface Props<T> {
  part: T;
  name: string; // "Load 2"
  known: Known;
  faults: Fault[];
  onPart: (part: T) => void;
  onRemove: () => void;
}

/** Tells whether a fault is about a field, or about the part as a whole. */
const wrong = (faults: Fault[], field: string) => faults.some((f) => f.field === field || f.field === "");

export function LoadLine({ part, known, onPart, ...frame }: Props<LoadPart>) {
  const { fields, today, open } = useText().whatIf;
  const note = useId();
  return (
    <Frame {...frame} kind="loads" note={note} whole={isWhole.loads(part)}>
      <Pick
        label={fields.path}
        placeholder={fields.all}
        value={part.path}
        offers={known.nodes}
        invalid={wrong(frame.faults, "path")}
        describedBy={note}
        onPick={(path) => onPart({ ...part, path })}
      />
      <Field
        label={fields.factor}
        type="number"
        step="any"
        class="short"
        placeholder="1.3"
        value={part.factor}
        invalid={wrong(frame.faults, "uplift")}
        describedBy={note}
        onValue={(factor) => onPart({ ...part, factor })}
      />
      {(["from", "to"] as const).map((day) => (
        <Field
          key={day}
          label={`${fields[day]}${part[day] ? "" : ` (${day === "from" ? today : open})`}`}
          type="date"
          class="day"
          value={part[day]}
          invalid={wrong(frame.faults, day)}
          describedBy={note}
          onValue={(value) => onPart({ ...part, [day]: value })}
        />
      ))}
    </Frame>
  );
}

export function LostLine({ part, known, onPart, ...frame }: Props<LostPart>) {
  const { fields, offerModules } = useText().whatIf;
  const note = useId();
  const labels = [...new Set(known.domains.map((d) => d.label))];
  const ofLabel = known.domains.filter((d) => part.label === "" || d.label === part.label);
  // The label comes with the value; a name that two labels share needs it first.
  const pickValue = (value: string) =>
    onPart({ ...part, value, label: part.label || (ofLabel.find((d) => d.value === value)?.label ?? "") });
  return (
    <Frame {...frame} kind="lost" note={note} whole={isWhole.lost(part)}>
      <Pick
        label={fields.label}
        placeholder="rack"
        value={part.label}
        offers={labels.map((label) => ({ value: label, name: label, note: "" }))}
        invalid={wrong(frame.faults, "label")}
        describedBy={note}
        onPick={(label) => onPart({ ...part, label })}
      />
      <Pick
        label={fields.value}
        placeholder="r12"
        value={part.value}
        offers={ofLabel.map((d) => ({
          value: d.value,
          name: part.label ? d.value : `${d.label}=${d.value}`,
          note: offerModules(d.modules),
        }))}
        invalid={wrong(frame.faults, "value")}
        describedBy={note}
        onPick={pickValue}
      />
      <Pick
        label={fields.within}
        placeholder={fields.all}
        value={part.path}
        offers={known.nodes}
        invalid={frame.faults.some((f) => f.field === "path")}
        describedBy={note}
        onPick={(path) => onPart({ ...part, path })}
      />
    </Frame>
  );
}

export function DevicesLine({ part, known, onPart, ...frame }: Props<DevicesPart>) {
  const { fields } = useText().whatIf;
  const note = useId();
  return (
    <Frame {...frame} kind="devices" note={note} whole={isWhole.devices(part)}>
      <Pick
        label={fields.module}
        value={part.path}
        offers={known.modules}
        invalid={wrong(frame.faults, "path")}
        describedBy={note}
        onPick={(path) => onPart({ ...part, path })}
      />
      <Field
        label={fields.change}
        type="number"
        step="1"
        class="short"
        placeholder="+4"
        value={part.change}
        invalid={wrong(frame.faults, "change")}
        describedBy={note}
        onValue={(change) => onPart({ ...part, change })}
      />
    </Frame>
  );
}

interface FrameProps {
  kind: Kind;
  name: string;
  note: string; // id of what stands below
  whole: boolean;
  faults: Fault[];
  onRemove: () => void;
  children: ComponentChildren;
}

/** The fields of a part, the way to remove it, and below what is wrong with it. */
function Frame({ kind, name, note, whole, faults, onRemove, children }: FrameProps) {
  const text = useText().whatIf;
  return (
    <fieldset class={`part ${kind}`}>
      <legend>{name}</legend>
      <div class="fields">{children}</div>
      <button
        type="button"
        class="remove"
        aria-label={text.removePart(name)}
        title={text.removePart(name)}
        onClick={onRemove}
      >
        ×
      </button>
      <div class="notes" id={note}>
        {whole ? <Faults faults={faults} /> : <p class="unfinished">{text.unfinished[kind]}</p>}
      </div>
    </fieldset>
  );
}

/** What the server finds wrong, one line each. */
export function Faults({ faults }: { faults: Fault[] }) {
  return (
    <>
      {faults.map(({ field, message }) => (
        <p key={`${field} ${message}`} class="fault" role="alert">
          {message}
        </p>
      ))}
    </>
  );
}
