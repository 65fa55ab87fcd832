import type { Explanation, Growth } from "../api/types";
import { explainsAlone } from "../explain/terms";
import { useText } from "../text/language";
import { orderLines } from "./order";

interface Props {
  growth: Growth;
  isModule: boolean;
  explanation: Explanation | undefined;
  model: string;
}

/** The steps of an explanation that hold the minimum, the spares and the multiple of an order. */
const stepNames = ["risk of too few", "devices needed", "devices to request"];

/** How the peak to come makes devices to request, line by line. */
export function OrderFacts({ growth, isModule, explanation, model }: Props) {
  const text = useText();
  const lines = orderLines(growth, isModule, text);
  if (lines.length === 0) return <p class="nothing">{growth.reason || text.order.none}</p>;
  const steps = explanation?.steps?.filter((step) => stepNames.includes(step.name)) ?? [];
  return (
    <>
      <ol class="order-lines">
        {lines.map(({ name, detail, result, sum, term }) => (
          <li key={name} class={sum ? "sum" : ""}>
            <span>
              {name}
              {detail && <small>{detail}</small>}
            </span>
            <output {...explainsAlone(term, growth.id, model)}>{result}</output>
          </li>
        ))}
      </ol>
      {(steps.length > 0 || !explanation) && (
        <details class="formulas">
          <summary>{text.order.formulas}</summary>
          <ul>
            {steps.map((step) => (
              <li key={step.name}>
                <code>{step.formula}</code>
                <code class="numbers">
                  {step.numbers} → {step.result}
                </code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
