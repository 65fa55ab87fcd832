import type { Refit, RefitSide } from "../api/marks";
import type { Num } from "../api/types";
import type { Text } from "../text/en";
import { count, decimal, range } from "../text/format";

/** A number of a refit, as text on either side. */
export interface RefitColumn {
  id: keyof Text["marks"]["refit"]["columns"];
  of: (side: RefitSide, text: Text) => string;
}

export const refitColumns: RefitColumn[] = [
  { id: "band", of: (s) => around(s.mean, s.lower, s.upper) },
  { id: "peak", of: ({ peak_today: p }) => around(p.value, p.lower, p.upper) },
  { id: "risk", of: (s) => decimal(s.peak_at_risk) },
  { id: "needed", of: (s) => count(s.devices_needed) },
  { id: "request", of: (s) => count(s.devices_to_request) },
  {
    id: "state",
    of: (s, text) => text.states[s.state] + (s.alarm ? `, ⚑ ${text.marks.refit.alarm}` : ""),
  },
];

const around = (value: Num, lower: Num, upper: Num) =>
  lower === null ? decimal(value) : `${decimal(value)} (${range(lower, upper)})`;

/** Whether any number that is shown changes. */
export const changesAny = (refits: Refit[], text: Text) =>
  refits.some(({ before, after }) => refitColumns.some(({ of }) => of(before, text) !== of(after, text)));
