import { useState } from "preact/hooks";
import { keepName } from "../alarms/name";
import { api } from "../api/client";
import type { Flow, FlowInput } from "../api/flows";
import { WhoField } from "../me";
import { Failure } from "../notice";
import { useText } from "../text/language";
import { firstValue, readFill, readInputs } from "./inputs";

interface Props {
  flow: Flow;
  fill: string; // inputs as JSON
  path: string; // that is chosen in the tree
  onStarted: (run: string) => void;
  onCancel: () => void;
}

/** Asks for what a flow needs, and starts it or tries it without changing anything. */
export function StartForm({ flow, fill, path, onStarted, onCancel }: Props) {
  const text = useText().changes.flows;
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const { inputs } = flow;
  const filled = readFill(fill);
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const typed = Object.fromEntries([...data].map(([name, value]) => [name, `${value}`]));
    const dry = (e.submitter as HTMLButtonElement | null)?.value === "dry";
    const { "-who": who = "", "-why": why = "" } = typed;
    if (who) keepName(who);
    setSending(true);
    setFailure(undefined);
    try {
      const run = await api.startFlow(flow.name, {
        inputs: readInputs(inputs, typed),
        who,
        why,
        dry_run: dry,
      });
      onStarted(run.id);
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
      <div class="fields">
        {inputs.map((input) => (
          <Field key={input.name} input={input} value={firstValue(input, filled, path)} />
        ))}
        <label class="field">
          {text.why}
          <input type="text" name="-why" maxLength={500} placeholder={text.whyHint} />
        </label>
        <WhoField label={text.who} />
      </div>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" value="run" disabled={sending}>
          {text.start}
        </button>
        <button type="submit" class="action" value="dry" disabled={sending} title={text.dryTitle}>
          {text.dry}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}

function Field({ input, value }: { input: FlowInput; value: string }) {
  const { name, type, of, title, description, required = false, values, secret } = input;
  const label = (
    <span title={description}>
      {title || name}
      {required && " *"} <small>{typeText(type, of)}</small>
    </span>
  );
  if (type === "bool")
    return (
      <label class="field check">
        <input type="checkbox" name={name} value="true" defaultChecked={value === "true"} />
        {label}
      </label>
    );
  if (values && values.length > 0)
    return (
      <label class="field">
        {label}
        <select name={name} value={value}>
          {!required && <option value="" />}
          {values.map((one) => (
            <option key={`${one}`} value={`${one}`}>
              {`${one}`}
            </option>
          ))}
        </select>
      </label>
    );
  const given = { id: `input-${name}`, name, defaultValue: value, required };
  return (
    <label class="field" for={given.id}>
      {label}
      {secret ? (
        <input type="password" {...given} autoComplete="new-password" />
      ) : (
        <input type="text" {...given} placeholder={description} autoComplete="off" />
      )}
    </label>
  );
}

/** What a field takes, where that is not any text. */
const typeText = (type: string, of = "string") =>
  type === "list" ? `${of}, …` : type === "string" || type === "bool" ? "" : type;
