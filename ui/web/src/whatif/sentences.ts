import { namesOf } from "../state/view";
import type { Text } from "../text/en";
import type { Scenario } from "./scenario";

/** The scenario in words, one text a part. */
export function sentences(s: Scenario, text: Text): string[] {
  const { says, fields, today } = text.whatIf;
  const named = (id: string) => (id ? namesOf(id).join(" › ") : fields.all);
  const days = (from: string, to: string) => (from || to ? says.days(from || today, to) : "");
  return [
    ...s.loads.map((l) => says.load(named(l.path), l.factor, days(l.from, l.to))),
    ...s.lost.map((l) => says.lost(`${l.label}=${l.value}`, l.path && named(l.path))),
    ...s.devices.map((d) => says.devices(Number(d.change) > 0 ? `+${d.change}` : d.change, named(d.path))),
    ...(s.lead ? [says.lead(s.lead)] : []),
    ...(s.target ? [says.target(s.target)] : []),
  ];
}
