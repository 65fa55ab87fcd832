const plural = (n: number, one: string) => (n === 1 ? `1 ${one}` : `${n} ${one}s`);

/** The texts of the page of capacity and growth. */
export const capacityEn = {
  title: "Capacity and growth",
  emptyTitle: "No module can be judged yet",
  empty: "Growth needs daily peaks of two weeks: import what an older system has, or wait.",
  devices: (n: number) => plural(n, "device"),

  figures: {
    full: "Full before the next delivery",
    fullBelow: (modules: string, devices: string) => `of ${modules} modules; ${devices} devices of theirs`,
    delivery: "Next delivery",
    leads: (days: string) => `${days} days from order to service`,
    request: "Devices to request",
    requestBelow: (needed: string, there: string) =>
      `${needed} needed, ${there} there; surplus stays where it is`,
    unjudged: "Not judged",
    unjudgedBelow: (learning: number, stale: number) => `${learning} learning, ${stale} without data`,
  },

  plane: "Growth and headroom",
  planeUnit: "a dot a module, its area the devices",
  planeLabel: (modules: string) =>
    `${modules} modules by growth and headroom. Arrow keys go from dot to dot, Enter opens one; the list below has the same.`,
  growth: "growth, % a month",
  headroom: "headroom, % of the target load",
  quadrants: {
    "tight-growing": "Tight, growing",
    "tight-still": "Tight, not growing",
    "roomy-growing": "Room, growing",
    "roomy-still": "Room, not growing",
  },
  tightNote: (percent: number) =>
    `Tight: less than ${percent} % headroom. Press a quarter to list its modules.`,
  kinds: {
    full: "full before the delivery",
    asks: "asks for devices",
    calm: "neither",
  },
  edge: "Beyond the picture modules stand on its edge, hollow. Pale: the weeks do not agree, the forecast does not count on that growth.",
  unplaced: (n: string) => `${n} without a place.`,
  clearPart: "Show all dots again",
  read: (growth: string, headroom: string) => `${growth} % a month, headroom ${headroom} %`,

  runway: "Runway",
  runwayUnit: "days until the first module is full",
  runwayNote: (lead: number) =>
    `The line is the next delivery, in ${plural(lead, "day")}; the bar is the interval.`,
  today: "today",
  inDays: (n: number) => `in ${plural(n, "day")}`,
  notInSight: "not in sight",
  earliest: (n: number) => `${n} at the earliest`,
  between: (from: number | null, to: number | null) => `${from ?? "–"} to ${to ?? "never"}`,
  fullOf: (full: number, modules: number, devices: number) =>
    full > 0
      ? `${full} of ${modules} full by then (${plural(devices, "device")})`
      : `none of ${modules} by then`,
  down: (name: string) => `Show what is below ${name}`,

  list: "Who fills up",
  shows: {
    full: "before the next delivery",
    asks: "asks for devices",
    all: "all modules",
  },
  none: {
    full: "No module is full before what is ordered now would be there.",
    asks: "No module asks for devices.",
    all: "No module is like that.",
  },
  clear: "Show all modules",
  ask: "Ask for devices",
  askTitle: "Filled in from the forecast",
  whatIf: "What if",
  whatIfTitle: "A fifth more load, without the order and with it",
};
