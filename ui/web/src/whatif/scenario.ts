import type { ScenarioBody } from "../api/whatif";

// A scenario as it stands in the form: every field a text, which may still be
// empty or wrong.

export interface LoadPart {
  path: string; // id of a node; "" for all
  factor: string;
  from: string; // YYYY-MM-DD; "" for today
  to: string; // "" for ever
}

export interface LostPart {
  label: string;
  value: string;
  path: string;
}

export interface DevicesPart {
  path: string; // id of a module
  change: string; // below 0 they are taken
}

export interface Scenario {
  loads: LoadPart[];
  lost: LostPart[];
  devices: DevicesPart[];
  lead: string; // days
  target: string; // percent
}

/** The lists of a scenario. */
export type Kind = "loads" | "lost" | "devices";

export const kinds: Kind[] = ["loads", "lost", "devices"];

export const noScenario: Scenario = { loads: [], lost: [], devices: [], lead: "", target: "" };

export const fresh = {
  loads: { path: "", factor: "", from: "", to: "" } satisfies LoadPart,
  lost: { label: "", value: "", path: "" } satisfies LostPart,
  devices: { path: "", change: "" } satisfies DevicesPart,
};

/** Tells whether the form is blank. */
export const isBlank = (s: Scenario) => !s.lead && !s.target && kinds.every((kind) => s[kind].length === 0);

/** Tells whether enough is typed for the part to be asked about; whether it is right the server says. */
export const isWhole = {
  loads: (l: LoadPart) => isNumber(l.factor),
  lost: (l: LostPart) => l.label !== "" && l.value !== "",
  devices: (d: DevicesPart) => d.path !== "" && isNumber(d.change) && Number.isInteger(Number(d.change)),
};

const isNumber = (text: string) => text.trim() !== "" && Number.isFinite(Number(text));

/** A scenario as it is asked about. */
export interface Request {
  body: ScenarioBody;
  /** Where the parts of the body stand in the form, as the unfinished ones are left out. */
  places: Record<Kind, number[]>;
}

/** The whole parts of a scenario; null if there are none. */
export function toRequest(s: Scenario): Request | null {
  const whole = <T>(parts: T[], test: (part: T) => boolean) =>
    parts.map((part, i) => ({ part, i })).filter(({ part }) => test(part));
  const loads = whole(s.loads, isWhole.loads);
  const lost = whole(s.lost, isWhole.lost);
  const devices = whole(s.devices, isWhole.devices);
  const body: ScenarioBody = {
    ...(loads.length > 0 && { loads: loads.map(({ part }) => loadBody(part)) }),
    ...(lost.length > 0 && { lost: lost.map(({ part }) => lostBody(part)) }),
    ...(devices.length > 0 && {
      devices: devices.map(({ part }) => ({ path: part.path, change: Number(part.change) })),
    }),
    ...(s.lead && { lead_time: daysText(s.lead) }),
    ...(isNumber(s.target) && { target_load: Number(s.target) }),
  };
  if (Object.keys(body).length === 0) return null;
  const at = (parts: { i: number }[]) => parts.map(({ i }) => i);
  return { body, places: { loads: at(loads), lost: at(lost), devices: at(devices) } };
}

const loadBody = ({ path, factor, from, to }: LoadPart) => ({
  path,
  uplift: Number(factor),
  ...(from && { from }),
  ...(to && { to }),
});

const lostBody = ({ label, value, path }: LostPart) => ({ label, value, ...(path && { path }) });

/** Days as the server reads them: 45 is 45d. */
export const daysText = (days: string) => (/^\d+$/.test(days) ? `${days}d` : days);
