import { useState } from "preact/hooks";
import { keepName } from "../alarms/name";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { RequestDraft, RequestKind } from "../api/requests";
import { WhoField } from "../me";
import { Failure } from "../notice";
import { Loaded } from "../panel";
import { useText } from "../text/language";
import { Checks } from "./requestbody";
import { type AskedField, fieldsOf, fieldText, partOf, readForm, zoneOf } from "./requestform";

interface Props {
  kind: RequestKind;
  filled: Record<string, unknown>; // values of fields, before what the forecast knows
  path: string; // that is chosen in the tree
  onOpened: (id: string) => void;
  onCancel: () => void;
}

/** Asks for something, filled in as far as the forecast knows. */
export function RequestNew({ kind, filled, path, onOpened, onCancel }: Props) {
  const draft = useResource(`draft ${kind} ${path}`, 0, () => api.requestDraft(kind, path));
  return (
    <Loaded of={draft} empty="" isEmpty={() => false}>
      {(known) => <Form {...{ kind, filled, onOpened, onCancel }} draft={known} />}
    </Loaded>
  );
}

function Form({ kind, filled, draft, onOpened, onCancel }: Omit<Props, "path"> & { draft: RequestDraft }) {
  const text = useText().changes;
  const say = text.requests;
  const [failure, setFailure] = useState<Error>();
  const [sending, setSending] = useState(false);
  const part = { ...partOf(draft, kind), ...filled };
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const {
      "-who": who = "",
      "-why": why = "",
      ...typed
    } = Object.fromEntries([...data].map(([name, value]) => [name, `${value}`]));
    if (who) keepName(who);
    setSending(true);
    setFailure(undefined);
    try {
      const form = readForm(kind, typed, zoneOf(`${draft.access?.until ?? ""}`));
      const opened = await api.openRequest({ kind, who, why, ...form });
      onOpened(opened.id);
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      class="alarm-form start-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      <p>{say.abouts[kind]}</p>
      <Checks checks={draft.checks} />
      <div class="fields">
        {fieldsOf[kind].map((field) => (
          <Field key={field.name} field={field} value={fieldText(field, part)} />
        ))}
        <label class="field">
          {text.flows.why}
          <input type="text" name="-why" maxLength={2000} required />
        </label>
        <WhoField label={text.flows.who} />
      </div>
      <p class="about">
        {draft.rule
          ? say.byRule(draft.rule)
          : say.approvedBy(draft.approvers.who ?? [], draft.approvers.at_least)}
      </p>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" disabled={sending}>
          {say.send}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.flows.cancel}
        </button>
      </div>
    </form>
  );
}

const inputTypes = { day: "date", time: "datetime-local", number: "number" } as const;

function Field({ field, value }: { field: AskedField; value: string }) {
  const say = useText().changes.requests;
  const { name, type, needed = false } = field;
  const id = `asked-${name}`;
  const given = { id, name, defaultValue: value, required: needed };
  return (
    <label class="field" for={id}>
      {say.fields[name] ?? name}
      {type === "role" ? (
        <select id={id} name={name} value={value}>
          {["viewer", "operator", "admin"].map((role) => (
            <option key={role} value={role}>
              {say.roles[role] ?? role}
            </option>
          ))}
        </select>
      ) : type === "number" ? (
        <input type="number" step="any" min="0" {...given} />
      ) : type === "day" ? (
        <input type={inputTypes.day} {...given} />
      ) : type === "time" ? (
        <input type={inputTypes.time} {...given} />
      ) : (
        <input type="text" {...given} autoComplete="off" />
      )}
    </label>
  );
}
