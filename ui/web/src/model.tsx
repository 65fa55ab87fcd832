import { useMeaning } from "./explain/glossary";
import { Menu } from "./menu";
import { type Choice, choices, normal } from "./state/model";
import { useText } from "./text/language";

interface Props {
  choice: Choice;
  configured: string | undefined;
  onChoice: (choice: Choice) => void;
}

/** By which model a page judges, and what the models are. */
export function ModelSwitch({ choice, configured, onChoice }: Props) {
  const text = useText();
  const meaning = useMeaning("model");
  return (
    <div class="model-switch">
      <label class="select">
        <span>{text.model}</span>
        <select
          value={choice || configured}
          onChange={(e) => onChoice(normal(e.currentTarget.value as Choice, configured))}
        >
          {choices.map((one) => (
            <option key={one} value={one} title={meaning(one)}>
              {text.models[one]}
            </option>
          ))}
        </select>
      </label>
      <Menu title={text.aboutModels} summary="?">
        <dl>
          {choices.map((one) => (
            <div key={one}>
              <dt>{text.models[one]}</dt>
              <dd>{meaning(one)}</dd>
            </div>
          ))}
        </dl>
      </Menu>
    </div>
  );
}
