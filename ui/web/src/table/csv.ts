import type { Num } from "../api/types";
import type { Column } from "./columns";
import { isGroup, type Line } from "./groups";

/**
 * The lines as they are seen, as CSV with full precision: these columns, in this order,
 * under the names of their groups. By two models each entry has a line of each, with
 * its name.
 */
export function toCSV(lines: Line[], columns: Column[], models: string[]): string {
  const fields = columns.flatMap((column) => column.fields);
  const grouped = lines.some(isGroup);
  const both = models.length > 1;
  const head = [...(grouped ? ["group"] : []), ...fields.map(([name]) => name), ...(both ? ["model"] : [])];
  const out = [head.join(",")];
  let group = "";
  for (const line of lines) {
    if (isGroup(line)) {
      group = line.id;
      continue;
    }
    [line, line.other].forEach((judged, i) => {
      if (!judged) return;
      const values = fields.map(([, value]) => value({ ...judged, cover: line.cover }));
      const all = [...(grouped ? [group] : []), ...values, ...(both ? [models[i]] : [])];
      out.push(all.map(field).join(","));
    });
  }
  return `${out.join("\r\n")}\r\n`;
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
