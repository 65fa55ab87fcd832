import { Lacking, useLack } from "../allowed";
import { api } from "../api/client";
import type { Flow, FlowInput } from "../api/flows";
import { useText } from "../text/language";
import { ChangeForm, CheckField, ChoiceField, TextField } from "./form";
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
  const deed = { does: "run.start", at: path || undefined };
  const disabled = !!useLack(deed);
  return (
    <ChangeForm
      whyHint={text.whyHint}
      below={<Lacking {...deed} />}
      buttons={[
        { value: "run", label: text.start, disabled },
        { value: "dry", label: text.dry, title: text.dryTitle, disabled },
      ]}
      onSend={async ({ typed, who, why, button }) => {
        const inputs = readInputs(flow.inputs, typed);
        const run = await api.startFlow(flow.name, { inputs, who, why, dry_run: button === "dry" });
        onStarted(run.id);
      }}
      onCancel={onCancel}
    >
      <InputFields inputs={flow.inputs} fill={fill} path={path} />
    </ChangeForm>
  );
}

/** The fields of a flow's inputs. */
export function InputFields({ inputs, fill, path }: { inputs: FlowInput[]; fill: string; path: string }) {
  const filled = readFill(fill);
  return (
    <>
      {inputs.map((input) => (
        <Field key={input.name} input={input} value={firstValue(input, filled, path)} />
      ))}
    </>
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
  if (type === "bool") return <CheckField label={label} name={name} on={value === "true"} />;
  if (values && values.length > 0) {
    const choices = values.map((one): [string, string] => [`${one}`, `${one}`]);
    return <ChoiceField {...{ label, name, value }} choices={required ? choices : [["", ""], ...choices]} />;
  }
  return (
    <TextField
      {...{ label, name, value }}
      type={secret ? "password" : "text"}
      hint={secret ? undefined : description}
      needed={required}
    />
  );
}

/** What a field takes, where that is not any text. */
const typeText = (type: string, of = "string") =>
  type === "list" ? `${of}, …` : type === "string" || type === "bool" ? "" : type;
