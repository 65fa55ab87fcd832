import type { Span } from "./format";

const duration = ([n, unit]: Span) => `${n} ${unit}`;

const devices = (n: string) => (n === "1" ? "1 device" : `${n} devices`);

/** The texts of a module's page. */
export const moduleEn = {
  sentence: {
    now: (load: string, mean: string, band: string) => `Load ${load} %, expected ${mean} % (${band}): `,
    load: (load: string) => `Load ${load} %. `,
    within: "as usual. ",
    deviates: (direction: string, since: string, score: string) =>
      `deviates ${direction}${since}, score ${score}. `,
    forSince: (s: Span, clock: string) => ` for ${duration(s)} (since ${clock})`,
    muted: (by: string) => `Nobody is told of it: ${by}. `,
    learning: (reason: string) => `Still learning: ${reason}. `,
    stale: (s: Span) => `No data for ${duration(s)}; the last values are shown. `,
    gone: (s: Span) => `No data for ${duration(s)}: no device reports. `,
    unknown: "Nothing was measured yet. ",
    noDevices: "No device reports. ",
    silent: (n: string) => `${devices(n)} silent. `,
    peak: (value: string, at: string) => `Today's peak ${value} %${at}: `,
    at: (clock: string) => ` at ${clock}`,
    together: "taken together, ",
    holds: (free: string) => `the machines hold it with ${free} % of the target free`,
    over: (by: string, target: string) =>
      `the machines do not hold it, it is ${by} % over the target of ${target} %`,
    afterLoss: (domain: string) => `, not without ${domain}`,
    end: ". ",
    growth: (percent: string) => `Grows ${percent} % a day`,
    shrinks: (percent: string) => `Shrinks ${percent} % a day`,
    fullOn: (day: string) => `, full on ${day}`,
    request: (n: string) => `; ${devices(n)} to request.`,
    enough: "; nothing to request.",
  },
  actions: {
    title: "Actions",
    order: "Ask for devices",
    orderTitle: "Filled in from the forecast",
    run: "Run a flow",
    runTitle: "A flow with this node filled in",
    mute: "Mute",
    muteTitle: "A silence for the alarms of this node",
    mark: "Mark an incident",
    copy: "Copy link",
  },
  lanes: {
    title: "What happened in these hours",
    changes: "Changes",
    mutes: "Mutes",
    alarms: "Alarms",
    none: "none",
    run: (flow: string, state: string) => `${flow} (${state})`,
    lease: (kind: string, run: string) => `${kind} ${run}`,
    silence: (comment: string) => `silence: ${comment}`,
    mute: (name: string) => `mute: ${name}`,
  },
  heat: {
    title: "Load by weekday and hour",
    unit: (from: string, to: string) => `percent of a device, ${from} to ${to}`,
    shows: "Of each hour",
    ofs: { mean: "mean", peak: "peak" },
    none: "No hour of these weeks has a load.",
    cell: (day: string, hours: string, mean: string, peak: string, on: string) =>
      `${day} ${hours}: mean ${mean} %, peak ${peak} %${on && ` on ${on}`}`,
    noLoad: (day: string, hours: string) => `${day} ${hours}: no load`,
    current: "now",
    hint: "Point at an hour, or use the arrow keys.",
    marked: (hours: string) => `${hours} marked hours are left out.`,
  },
  nodes: {
    title: "Devices",
    unit: (n: string) => `${n}, the silent ones first, then by load`,
    none: "No device has reported within a day.",
    device: "Device",
    load: "Load %",
    off: "vs. mean",
    last: "Last seen",
    silent: "silent",
    workers: "Workers",
    at: "Place",
    ago: (s: Span) => `${duration(s)} ago`,
    all: (n: string) => `Show ${n} more`,
  },
  decisions: {
    title: "Scaling decisions",
    unit: "the newest, each with its reason",
    all: "All decisions and the service",
  },
  children: {
    title: (level: string) => `Each ${level}`,
    none: "Nothing is below this node.",
    totals: (modules: string, deviating: string, learning: string, stale: string) =>
      `${modules} modules: ${deviating} deviate, ${learning} are learning, ${stale} without data`,
    name: "Name",
    load: "Now %",
    peak: "Peak today %",
    headroom: "Headroom %",
    request: "Request",
    state: "State",
    table: "As a table",
  },
};
