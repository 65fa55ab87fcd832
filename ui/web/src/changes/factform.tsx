import { useState } from "preact/hooks";
import { Act, Lacking } from "../allowed";
import { api } from "../api/client";
import type { RegistryNode } from "../api/fleet";
import { useText } from "../text/language";
import { canTakeBack, settable } from "./facts";
import { ChangeForm, ChoiceField } from "./form";

interface Props {
  id: string;
  node: RegistryNode;
  onDone: () => void;
}

/** Sets a fact of a node over what the sources say, or takes that back. */
export function FactForm({ id, node, onDone }: Props) {
  const say = useText().changes.registry;
  const [field, setField] = useState("");
  const deed = { does: "registry.set", at: id };
  if (!field)
    return (
      <div class="actions">
        <Act {...deed} onClick={() => setField("owner")}>
          {say.edit}
        </Act>
        <Lacking {...deed} />
      </div>
    );
  const known = node.values.find((v) => v.field === field)?.value ?? "";
  const back = { value: "back", label: say.takeBack, title: say.backTitle };
  return (
    <ChangeForm
      about={say.editAbout}
      needsWhy
      buttons={[{ value: "set", label: say.set }, ...(canTakeBack(node, id, field) ? [back] : [])]}
      onSend={async ({ typed: { value = "" }, who, why, button }) => {
        await api.setFacts(id, { fields: { [field]: button === "back" ? null : value }, who, why });
        setField("");
        onDone();
      }}
      onCancel={() => setField("")}
    >
      <ChoiceField
        label={say.field}
        name="-field"
        value={field}
        choices={settable(node.values).map((one) => [one, say.fields[one] ?? one])}
        onChange={setField}
      />
      <label class="field" key={field}>
        {say.value}
        <textarea name="value" rows={known.includes("\n") ? 4 : 1} maxLength={10000} defaultValue={known} />
      </label>
    </ChangeForm>
  );
}
