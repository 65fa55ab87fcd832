import { field } from "../table/csv";
import type { Module } from "./modules";

const header =
  "path,devices,peak_today,headroom,growth_percent_per_day,full_on,full_on_earliest,full_on_latest,delivery," +
  "devices_needed,devices_to_request,short_without,short_with,state,reason";

/** The modules as CSV with full precision; unknown numbers are empty. */
export const toCSV = (modules: Module[]) => `${[header, ...modules.map(line)].join("\r\n")}\r\n`;

const line = ({ row, growth, short }: Module) =>
  [
    row.id,
    row.devices,
    row.peak_today.value,
    row.headroom,
    growth?.percent_per_day,
    growth?.full_on.value,
    growth?.full_on.lower,
    growth?.full_on.upper,
    short?.delivery,
    growth?.devices_needed,
    growth?.devices_to_request,
    short?.short_without,
    short?.short_with,
    growth?.state,
    growth?.reason,
  ]
    .map(field)
    .join(",");
