import { useState } from "preact/hooks";
import { keepName } from "../alarms/name";
import { api } from "../api/client";
import type { RegistryNode } from "../api/fleet";
import { WhoField } from "../me";
import { Failure } from "../notice";
import { useText } from "../text/language";
import { canTakeBack, settable } from "./facts";

interface Props {
  id: string;
  node: RegistryNode;
  onDone: () => void;
}

/** Sets a fact of a node over what the sources say, or takes that back. */
export function FactForm({ id, node, onDone }: Props) {
  const text = useText().changes;
  const say = text.registry;
  const [field, setField] = useState("");
  const [failure, setFailure] = useState<Error>();
  const close = () => {
    setField("");
    setFailure(undefined);
  };
  if (!field)
    return (
      <div class="actions">
        <button type="button" class="action" onClick={() => setField("owner")}>
          {say.edit}
        </button>
      </div>
    );
  const known = node.values.find((v) => v.field === field)?.value ?? "";
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const typed = (name: string) => `${data.get(name) ?? ""}`;
    const back = (e.submitter as HTMLButtonElement | null)?.value === "back";
    const who = typed("-who");
    if (who) keepName(who);
    try {
      await api.setFacts(id, { fields: { [field]: back ? null : typed("value") }, who, why: typed("-why") });
      close();
      onDone();
    } catch (error) {
      setFailure(error as Error);
    }
  };
  return (
    <form
      class="alarm-form start-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        close();
      }}
    >
      <p>{say.editAbout}</p>
      <div class="fields">
        <label class="field">
          {say.field}
          <select value={field} onChange={(e) => setField(e.currentTarget.value)}>
            {settable(node.values).map((one) => (
              <option key={one} value={one}>
                {say.fields[one] ?? one}
              </option>
            ))}
          </select>
        </label>
        <label class="field" key={field}>
          {say.value}
          <textarea name="value" rows={known.includes("\n") ? 4 : 1} maxLength={10000} defaultValue={known} />
        </label>
        <label class="field">
          {text.flows.why}
          <input type="text" name="-why" maxLength={500} required />
        </label>
        <WhoField label={text.flows.who} />
      </div>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" value="set">
          {say.set}
        </button>
        {canTakeBack(node, id, field) && (
          <button type="submit" class="action" value="back" title={say.backTitle}>
            {say.takeBack}
          </button>
        )}
        <button type="button" class="action" onClick={close}>
          {text.flows.cancel}
        </button>
      </div>
    </form>
  );
}
