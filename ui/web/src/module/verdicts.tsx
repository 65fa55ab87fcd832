import type { Explanation, Module } from "../api/types";
import { Panel } from "../panel";
import { type Choice, modelsOf } from "../state/model";
import type { Text } from "../text/en";
import { useText } from "../text/language";
import { AlarmFacts } from "./alarmfacts";
import { OrderFacts } from "./orderfacts";

/** The name of one of two models; a single one needs none. */
export const nameOf = (model: Choice, i: number, text: Text) =>
  model === "both" ? text.models[modelsOf(model)[i] || "calibrated"] : "";

interface Props {
  model: Choice;
  judged: Module[];
  isModule: boolean;
  explanations: Explanation[] | undefined;
}

/** Of each model whether an alarm runs, and what is to be ordered. */
export function Verdicts({ model, judged, isModule, explanations }: Props) {
  const text = useText();
  const by = judged.map((one, i) => ({
    ...one,
    explanation: explanations?.[i],
    name: nameOf(model, i, text),
    model: modelsOf(model)[i] ?? "",
  }));
  return (
    <>
      {by.map(({ row, explanation, name, model }) => (
        <Panel key={`alarm ${model}`} title={text.alarm.title} unit={name} name="alarm-panel">
          <AlarmFacts row={row} explanation={explanation} model={model} />
        </Panel>
      ))}
      {by.map(({ growth, explanation, name, model }) => (
        <Panel key={`order ${model}`} title={text.order.title} unit={name} name="order-panel">
          <OrderFacts growth={growth} isModule={isModule} explanation={explanation} model={model} />
        </Panel>
      ))}
    </>
  );
}
