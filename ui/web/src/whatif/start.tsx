import { useText } from "../text/language";
import type { Scenario } from "./scenario";
import { sentences } from "./sentences";

interface Props {
  scenarios: Scenario[];
  onChoose: (scenario: Scenario) => void;
}

/** What to begin with. */
export function Start({ scenarios, onChoose }: Props) {
  const text = useText();
  return (
    <section class="panel examples">
      <h2>{text.whatIf.tryTitle}</h2>
      <ul>
        {scenarios.map((scenario) => {
          const says = sentences(scenario, text).join(text.whatIf.says.and);
          return (
            <li key={says}>
              <button type="button" onClick={() => onChoose(scenario)}>
                {says}
              </button>
            </li>
          );
        })}
      </ul>
      <p class="reason">{text.whatIf.tryText}</p>
    </section>
  );
}
