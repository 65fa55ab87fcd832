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
  return (
    <div class="model-switch">
      <label class="select">
        <span>{text.model}</span>
        <select
          value={choice || configured}
          onChange={(e) => onChoice(normal(e.currentTarget.value as Choice, configured))}
        >
          {choices.map((one) => (
            <option key={one} value={one} title={text.modelNotes[one]}>
              {text.models[one]}
            </option>
          ))}
        </select>
      </label>
      <details
        onKeyDown={(e) => {
          if (e.key !== "Escape" || !e.currentTarget.open) return;
          e.stopPropagation();
          e.currentTarget.open = false;
        }}
        onFocusOut={(e) => {
          if (!e.currentTarget.contains(e.relatedTarget as Node | null)) e.currentTarget.open = false;
        }}
      >
        <summary class="quiet" title={text.aboutModels} aria-label={text.aboutModels}>
          ?
        </summary>
        <dl>
          {choices.map((one) => (
            <div key={one}>
              <dt>{text.models[one]}</dt>
              <dd>{text.modelNotes[one]}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}
