import type { Num } from "../api/types";
import type { Entry, Judged } from "./entries";

const header = [
  "path,devices,at,load,mean,lower,upper,deviates,direction,score,since",
  "peak,peak_lower,peak_upper,peak_at,headroom,headroom_after_loss,growth_percent_per_day,full_on,full_on_earliest,full_on_latest",
  "devices_needed,devices_to_request,state,reason,model,note",
].join(",");

/**
 * The entries as CSV with full precision; unknown numbers are empty. By two models each
 * entry has a line of each; an empty model is the configured one.
 */
export function toCSV(entries: Entry[], models: string[] = [""]): string {
  const lines = entries.flatMap((entry) =>
    [entry, entry.other].flatMap((judged, i) => (judged ? [line(judged, models[i] ?? "")] : [])),
  );
  return `${[header, ...lines].join("\r\n")}\r\n`;
}

function line({ row, growth }: Judged, model: string): string {
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
    row.headroom,
    row.headroom_after_loss,
    growth?.percent_per_day,
    growth?.full_on.value,
    growth?.full_on.lower,
    growth?.full_on.upper,
    growth?.devices_needed,
    growth?.devices_to_request,
    row.state,
    row.reason,
    model,
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
