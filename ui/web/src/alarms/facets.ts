import type { AlarmCount } from "../api/alarms";
import { leavesFolded } from "./listed";
import type { AlarmsView } from "./view";

/** A value that can be chosen and how many alarms have it. */
export interface Facet {
  value: string;
  alarms: number;
}

/** What can be filtered by, of which counts hold the values. */
const columns = ["outcome", "severity", "kind"] as const;
type Column = (typeof columns)[number];

/** The columns to count by, so that tallies and facets come from one answer. */
export const countedBy = "outcome,source,severity,kind";

/**
 * The values of a column, the most frequent first, among the alarms that the
 * other filters let pass; a chosen value is there also where no alarm has it.
 */
export function facetsOf(counts: AlarmCount[], column: Column, view: Pick<AlarmsView, Column>): Facet[] {
  const others = columns.filter((other) => other !== column);
  const sums = new Map<string, number>(view[column] ? [[view[column], 0]] : []);
  for (const { values, alarms } of counts) {
    if (!passes(values, view, others)) continue;
    const value = values[column] ?? "";
    if (value) sums.set(value, (sums.get(value) ?? 0) + alarms);
  }
  return [...sums]
    .map(([value, alarms]) => ({ value, alarms }))
    .sort((a, b) => b.alarms - a.alarms || a.value.localeCompare(b.value));
}

/** Whether alarms with these values pass the filters by these columns. */
const passes = (values: AlarmCount["values"], view: Pick<AlarmsView, Column>, by: readonly Column[]) =>
  by.every((column) => view[column] === "" || view[column] === "all" || values[column] === view[column]);

/** How many alarms the list has, however many of them are shown. */
export function totalOf(counts: AlarmCount[], view: AlarmsView): number {
  const left = counts.filter(
    ({ values }) => passes(values, view, columns) && !(values.outcome === "folded" && leavesFolded(view)),
  );
  return left.reduce((sum, { alarms }) => sum + alarms, 0);
}

const severities = ["critical", "error", "warning", "info"];

/** The class of a severity that the styles know; a sender may write anything into the label. */
export const severityClass = (severity: string) => {
  const name = severity.toLowerCase();
  return severities.includes(name) || name === "page" ? `severity ${name}` : "severity";
};

/** The worst first; what is not known comes last, the most frequent before others. */
export function bySeverity(facets: Facet[]): Facet[] {
  const rank = ({ value }: Facet) => {
    const at = severities.indexOf(value);
    return at < 0 ? severities.length : at;
  };
  return facets.toSorted((a, b) => rank(a) - rank(b));
}
