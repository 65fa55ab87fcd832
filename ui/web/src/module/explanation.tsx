import type { Explanation } from "../api/types";
import { useText } from "../text/language";

/** The arithmetic behind the row, one step a line. */
export function ExplanationList({ explanation }: { explanation: Explanation }) {
  const text = useText();
  return (
    <ol class="explanation">
      {explanation.steps.map((step, i) => (
        <li key={`${i} ${step.name}`}>
          <div class="step">
            <b>{step.name}</b>
            <code>{step.formula}</code>
            {step.numbers && <code class="numbers">{step.numbers}</code>}
            <output>{step.result}</output>
          </div>
          {step.inputs && step.inputs.length > 0 && (
            <details>
              <summary>{text.inputs(step.inputs.length)}</summary>
              <pre>{step.inputs.join("\n")}</pre>
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}
