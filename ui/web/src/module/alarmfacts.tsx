import type { Explanation, Row } from "../api/types";
import { clock, decimal, range, secondsBetween, span, unknown } from "../text/format";
import { useText } from "../text/language";
import { alarmState, stepResult } from "./alarm";
import { type Fact, FactList } from "./facts";

interface Props {
  row: Row;
  explanation: Explanation | undefined;
  model: string;
}

/** Whether an alarm runs, since when, which way, and what it takes. */
export function AlarmFacts({ row, explanation, model }: Props) {
  const text = useText();
  const a = text.alarm;
  const state = alarmState(row);
  const result = (name: string) => stepResult(explanation, name);
  const times = result("threshold");
  const width = result("half-width");
  const threshold =
    times === null
      ? width === null
        ? unknown
        : a.halfWidth(decimal(width, 2))
      : a.scales(decimal(times), decimal(result("noise"), 2));
  const direction = row.direction === "up" ? `↑ ${text.up}` : `↓ ${text.down}`;
  const since = row.since
    ? `${clock(row.since)} (${text.duration(span(secondsBetween(row.since, row.at)))})`
    : unknown;
  return (
    <>
      <p class={`alarm-state ${state} ${row.direction}`}>{a.states[state]}</p>
      <FactList
        id={row.id}
        model={model}
        facts={[
          ...(row.since ? [[a.since, [since], "deviates"] as Fact] : []),
          ...(row.direction ? [[a.direction, [direction], "deviates"] as Fact] : []),
          [a.distance, [row.score === null ? unknown : a.halfWidths(decimal(row.score))], "deviates"],
          [a.bounds, [range(row.lower, row.upper)], "band"],
          [a.threshold, [threshold], "band"],
        ]}
      />
    </>
  );
}
