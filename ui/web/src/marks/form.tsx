import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { type MarkKind, markKinds } from "../api/marks";
import { useMatches } from "../media";
import { Failure } from "../notice";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { type Draft, type Fault, pathsUpFrom } from "./draft";

interface Props {
  id: string; // of the node whose page it is
  draft: Draft;
  faults: Fault[];
  failure: Error | undefined;
  zone: string | undefined; // that this browser knows
  onDraft: (draft: Draft) => void;
  onAsk: () => void;
  onCancel: () => void;
}

const longestNote = 500; // characters

/** The interval to be marked, for whom and as what. */
export function MarkForm({ id, draft, faults, failure, zone, onDraft, onAsk, onCancel }: Props) {
  const { marks: text, cancel } = useText();
  const canDrag = useMatches("(pointer: fine)"); // a finger scrolls
  const form = useRef<HTMLFormElement>(null);
  // The first field, or the first one that has to be mended.
  useEffect(() => {
    const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (wrong ?? form.current?.querySelector("input"))?.focus();
  }, []);
  const change = (part: Partial<Draft>) => onDraft({ ...draft, ...part });
  const fieldOf = (name: keyof Draft) => ({
    label: text.fields[name],
    name,
    faults: faults.filter(({ field }) => field === name),
  });
  return (
    <form
      ref={form}
      class="mark-form"
      aria-label={text.open}
      onSubmit={(e) => {
        e.preventDefault();
        onAsk();
      }}
    >
      <div class="fields">
        {(["from", "to"] as const).map((end) => (
          <Labelled key={end} {...fieldOf(end)}>
            {(about) => (
              <input
                {...about}
                type="datetime-local"
                step="60"
                required
                value={draft[end]}
                onInput={(e) => change({ [end]: e.currentTarget.value })}
              />
            )}
          </Labelled>
        ))}
        <Labelled {...fieldOf("kind")}>
          {(about) => (
            <select
              {...about}
              value={draft.kind}
              onChange={(e) => change({ kind: e.currentTarget.value as MarkKind })}
            >
              {markKinds.map((kind) => (
                <option key={kind} value={kind}>
                  {text.kinds[kind]}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled {...fieldOf("path")}>
          {(about) => (
            <select {...about} value={draft.path} onChange={(e) => change({ path: e.currentTarget.value })}>
              {pathsUpFrom(id).map((path) => (
                <option key={path} value={path}>
                  {nameOf(path, id, text)}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled {...fieldOf("note")}>
          {(about) => (
            <input
              {...about}
              type="text"
              maxLength={longestNote}
              placeholder={text.notePlaceholder}
              value={draft.note}
              onInput={(e) => change({ note: e.currentTarget.value })}
            />
          )}
        </Labelled>
      </div>
      <p class="hint">
        {text.hint(zone ?? text.browserZone)} {canDrag && text.dragHint}
      </p>
      <Faults faults={faults.filter(({ field }) => field === "")} />
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action">
          {text.ask}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {cancel}
        </button>
      </div>
    </form>
  );
}

function nameOf(path: string, id: string, text: ReturnType<typeof useText>["marks"]): string {
  if (path === "") return text.allNodes;
  const names = namesOf(path);
  return path === id ? text.thisNode(names.at(-1) ?? path) : text.withBelow(names.join(" › "));
}

interface About {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

interface LabelledProps {
  label: string;
  name: string;
  faults: Fault[];
  children: (about: About) => ComponentChildren;
}

/** A field below its label, and below it what the server finds wrong with it. */
function Labelled({ label, name, faults, children }: LabelledProps) {
  const id = useId();
  const wrong = `${id}-wrong`;
  return (
    <div class={`field ${name}`}>
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": faults.length > 0, "aria-describedby": wrong })}
      <div id={wrong}>
        <Faults faults={faults} />
      </div>
    </div>
  );
}

function Faults({ faults }: { faults: Fault[] }) {
  return (
    <>
      {faults.map(({ message }) => (
        <p key={message} class="fault" role="alert">
          {message}
        </p>
      ))}
    </>
  );
}
