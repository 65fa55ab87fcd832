import type { Num } from "../api/types";
import type { Entry } from "./entries";

const header = [
  "path,devices,at,load,mean,lower,upper,deviates,direction,score,since",
  "peak,peak_lower,peak_upper,peak_at,growth_percent_per_day,full_on,full_on_earliest,full_on_latest",
  "devices_needed,devices_to_request,state,reason,note",
].join(",");

/** The entries as CSV with full precision; unknown numbers are empty. */
export function toCSV(entries: Entry[]): string {
  return `${[header, ...entries.map(line)].join("\r\n")}\r\n`;
}

function line({ row, growth }: Entry): string {
  const peak = row.peak_today;
  return [
    row.id,
    row.devices,
    row.at,
    row.load,
    row.mean,
    row.lower,
    row.upper,
    row.deviates ? 1 : 0,
    row.direction,
    row.score,
    row.since,
    peak.value,
    peak.lower,
    peak.upper,
    peak.at,
    growth?.percent_per_day,
    growth?.full_on.value,
    growth?.full_on.lower,
    growth?.full_on.upper,
    growth?.devices_needed,
    growth?.devices_to_request,
    row.state,
    row.reason,
    row.note,
  ]
    .map(field)
    .join(",");
}

function field(value: string | Num | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would run a text that begins like a formula.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a text to the browser as a file to save. */
export function saveAs(name: string, text: string) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
