import type { FlowInput } from "../api/flows";
import { listed, shownValue } from "./steps";

/** What stands in an input's field at first: what is filled in, the place that is chosen, or its default. */
export function firstValue(input: FlowInput, filled: Record<string, unknown>, path: string): string {
  if (input.name in filled) return written(input, filled[input.name]);
  if (input.type === "module" && path) return path;
  return input.default === undefined ? "" : written(input, input.default);
}

const written = ({ type }: FlowInput, value: unknown) => (type === "list" ? listed : shownValue)(value);

/** What was typed, as a flow takes it; empty fields are left to their defaults. */
export function readInputs(inputs: FlowInput[], typed: Record<string, string>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const input of inputs) {
    const text = (typed[input.name] ?? "").trim();
    if (text !== "" || input.type === "bool") values[input.name] = readInput(input, text);
  }
  return values;
}

function readInput({ type, of }: FlowInput, text: string): unknown {
  switch (type) {
    case "bool":
      return text === "true";
    case "int":
    case "number":
      return Number.isFinite(Number(text)) ? Number(text) : text; // the server says what is wrong with it
    case "list":
      return text.startsWith("[")
        ? orText(text)
        : elements(text).map((one) => readInput({ name: "", type: of ?? "string" }, one));
    case "map":
    case "any":
      return orText(text);
    default:
      return text;
  }
}

const elements = (text: string) =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);

function orText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The inputs that a link fills in; none if it cannot be read. */
export function readFill(fill: string): Record<string, unknown> {
  const value = fill ? orText(fill) : {};
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
