import { type DevicesPart, daysText, type LoadPart, type LostPart, type Scenario } from "./scenario";

// The parts of a scenario as one writes them on the command line and in the URL.
// Unfinished parts have a form too: "Qzone=" is a load without its factor.

/** [PATH=]FACTOR[@FROM..TO] */
export function loadText({ path, factor, from, to }: LoadPart): string {
  const what = path ? `${path}=${factor}` : factor;
  if (from || to) return `${what}@${from}..${to}`;
  return daysAt(what) < 0 ? what : `${what}@..`; // a name that looks like days
}

/** Where the days begin in a load's text, -1 if it has none: names may have an @. */
function daysAt(text: string): number {
  const at = text.lastIndexOf("@");
  return at >= 0 && text.includes("..", at) ? at : -1;
}

export function readLoad(text: string): LoadPart {
  const at = daysAt(text);
  const what = at < 0 ? text : text.slice(0, at);
  const [from, to] = at < 0 ? ["", ""] : cut(text.slice(at + 1), "..");
  const equals = what.lastIndexOf("=");
  return {
    path: equals < 0 ? "" : what.slice(0, equals),
    factor: what.slice(equals + 1).replace(/^×/, ""),
    from,
    to,
  };
}

/** LABEL=VALUE[@PATH] */
export const lostText = ({ label, value, path }: LostPart) => `${label}=${value}${path && `@${path}`}`;

export function readLost(text: string): LostPart {
  const [label, rest] = cut(text, "=");
  const [value, path] = cut(rest, "@");
  return { label, value, path };
}

/** MODULE=+4, MODULE=-2 */
export const devicesText = ({ path, change }: DevicesPart) =>
  `${path}=${Number(change) > 0 ? "+" : ""}${change}`;

/** A plus sign that stands bare in a URL reads as a blank. */
export function readDevices(text: string): DevicesPart {
  const equals = text.lastIndexOf("=");
  if (equals < 0) return { path: text, change: "" };
  return { path: text.slice(0, equals), change: text.slice(equals + 1).replace(/^[+ ]/, "") };
}

/** 45d and 6w in days; what is neither stays as it is, for the server to say so. */
export function readDays(text: string): string {
  const match = /^(\d+)([dw]?)$/.exec(text);
  return match ? String(Number(match[1]) * (match[2] === "w" ? 7 : 1)) : text;
}

/** Every part of a scenario with its name in the URL; the command's flag has a "-" for the "_". */
export function partTexts(s: Scenario): [name: string, text: string][] {
  return [
    ...s.loads.map((l): [string, string] => ["load", loadText(l)]),
    ...s.lost.map((l): [string, string] => ["lose", lostText(l)]),
    ...s.devices.map((d): [string, string] => ["devices", devicesText(d)]),
    ...(s.lead ? [["lead_time", daysText(s.lead)] as [string, string]] : []),
    ...(s.target ? [["target_load", s.target] as [string, string]] : []),
  ];
}

function cut(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ""] : [text.slice(0, i), text.slice(i + at.length)];
}
