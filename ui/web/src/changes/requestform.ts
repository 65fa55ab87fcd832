import { type RequestForm, type RequestKind, requestKinds } from "../api/requests";
import { listed } from "./steps";

/** A field of a request's form, as it is written in the request. */
export interface AskedField {
  name: string;
  type: "text" | "number" | "list" | "words" | "day" | "time" | "json" | "role";
  needed?: boolean;
}

/** What is asked for in a request of each kind. */
export const fieldsOf: Record<RequestKind, AskedField[]> = {
  machines: [
    { name: "module", type: "text", needed: true },
    { name: "devices", type: "number", needed: true },
    { name: "device_type", type: "text" },
    { name: "needed_by", type: "day", needed: true },
    { name: "nodes", type: "list" },
  ],
  business: [
    { name: "module", type: "text", needed: true },
    { name: "command", type: "words" },
    { name: "image", type: "text" },
    { name: "user", type: "text" },
    { name: "minimum", type: "number" },
    { name: "maximum", type: "number" },
    { name: "cpu_percent", type: "number" },
    { name: "memory", type: "text" },
    { name: "proxies", type: "list" },
    { name: "port_from", type: "number" },
    { name: "port_to", type: "number" },
  ],
  access: [
    { name: "subject", type: "text" },
    { name: "role", type: "role", needed: true },
    { name: "path", type: "text" },
    { name: "until", type: "time", needed: true },
  ],
  change: [
    { name: "flow", type: "text", needed: true },
    { name: "inputs", type: "json" },
  ],
};

type Part = Record<string, unknown>;

/** The part of a form that is of its kind. */
export const partOf = (form: RequestForm, kind: RequestKind): Part => (form[kind] ?? {}) as Part;

/** What is asked for by the labels of its form, without what was left empty. */
export const labelled = (part: Part, labels: Record<string, string>): Part =>
  Object.fromEntries(
    Object.entries(part)
      .filter(([, value]) => value && listed(value))
      .map(([name, value]) => [labels[name] ?? name, value]),
  );

/** What the URL says is asked for: the kind, and values of its fields. */
export function readFill(fill: string): Part & { kind?: RequestKind } {
  const { kind, ...values } = (fill.startsWith("{") ? orText(fill) : {}) as Part;
  const known = requestKinds.find((one) => one === kind);
  return known ? { ...values, kind: known } : {};
}

/** What stands in a field at first. */
export function fieldText({ name, type }: AskedField, part: Part): string {
  const value = part[name];
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(type === "words" ? " " : ", ");
  if (type === "json") return JSON.stringify(value);
  if (type === "time") return `${value}`.slice(0, 16); // the wall clock of the server's zone
  return value === 0 ? "" : `${value}`;
}

/** The zone of a time that the server wrote, as "+08:00". */
export const zoneOf = (time: string) => /(Z|[+-]\d\d:\d\d)$/.exec(time)?.[1] ?? "Z";

/** What was typed, as the server takes it. */
export function readForm(kind: RequestKind, typed: Record<string, string>, zone: string): RequestForm {
  const part: Part = {};
  for (const field of fieldsOf[kind]) {
    const value = readField(field, (typed[field.name] ?? "").trim(), zone);
    if (value !== undefined) part[field.name] = value;
  }
  return { [kind]: part };
}

function readField({ type }: AskedField, text: string, zone: string): unknown {
  if (text === "") return undefined;
  switch (type) {
    case "number":
      return Number(text);
    case "list":
      return text.split(/[,\s]+/).filter(Boolean);
    case "words":
      return text.split(/\s+/);
    case "time":
      return `${text}:00${zone}`;
    case "json":
      return orText(text);
    default:
      return text;
  }
}

/** A text that is no JSON goes as it is: the server says what is wrong with it. */
function orText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
