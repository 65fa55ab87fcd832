import { api } from "../api/client";
import { useResource } from "../api/live";
import type { RequestDraft, RequestKind } from "../api/requests";
import { useMeaning } from "../explain/glossary";
import { Loaded } from "../panel";
import { useText } from "../text/language";
import { ChangeForm, ChoiceField, TextField } from "./form";
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
  const part = { ...partOf(draft, kind), ...filled };
  return (
    <ChangeForm
      about={useMeaning("ask")(kind) ?? ""}
      needsWhy
      below={
        <>
          <Checks checks={draft.checks} />
          <p class="about">
            {draft.rule
              ? say.byRule(draft.rule)
              : say.approvedBy(draft.approvers.who ?? [], draft.approvers.at_least)}
          </p>
        </>
      }
      buttons={[{ label: say.send }]}
      onSend={async ({ typed, who, why }) => {
        const form = readForm(kind, typed, zoneOf(`${draft.access?.until ?? ""}`));
        const opened = await api.openRequest({ kind, who, why, ...form });
        onOpened(opened.id);
      }}
      onCancel={onCancel}
    >
      {fieldsOf[kind].map((field) => (
        <Field key={field.name} field={field} value={fieldText(field, part)} />
      ))}
    </ChangeForm>
  );
}

const inputTypes: Partial<Record<AskedField["type"], string>> = {
  day: "date",
  time: "datetime-local",
  number: "number",
};

function Field({ field, value }: { field: AskedField; value: string }) {
  const say = useText().changes.requests;
  const { name, type, needed = false } = field;
  const label = say.fields[name] ?? name;
  if (type === "role") return <ChoiceField {...{ label, name, value }} choices={Object.entries(say.roles)} />;
  return <TextField {...{ label, name, value, needed }} type={inputTypes[type] ?? "text"} />;
}
