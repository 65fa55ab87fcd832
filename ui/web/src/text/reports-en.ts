/** The texts of the page of monthly reports. */
export const reportsEn = {
  title: "Monthly reports",
  about:
    "What has to be ordered, for whom and why. The running month is a draft until it is published; then it never changes.",
  empty: "No report yet: it is there once modules are judged.",
  of: (month: string) => `Report of ${month}`,
  all: "All months",
  language: "en",

  columns: {
    month: "Month",
    state: "State",
    request: "To request",
    difference: "Difference",
    cost: "Cost",
    asks: "Modules that ask",
    risk: "at risk",
    sent: "Sent",
  },
  draft: "draft",
  published: "published",
  at: (day: string, who: string) => (who ? `${day} by ${who}` : day),
  asOf: (time: string) => `as of ${time}`,
  than: (month: string) => `to ${month}`,
  ofModules: (n: string) => `of ${n}`,
  unpriced: (n: string) => `${n} devices without a price`,
  broken: "It cannot be read",

  files: "As a file",
  download: (format: string) => `Download as ${format}`,
  checksum:
    "SHA-256 of the data that were published, as headroom report --format json writes them; each file has its own in its headers",
  again: "Make it anew",
  againTitle: "The draft with the numbers of this minute",

  publish: "Publish",
  confirm: (month: string) => `Publish the report of ${month} for good?`,
  confirmText: (time: string, ways: string) =>
    `It keeps the numbers of ${time}${ways && `, and goes to ${ways}`}. It can never be changed.`,
  forGood: "Publish for good",
  publishing: "Publishing",

  deliveries: "Sent to",
  noDeliveries: "It was sent to nobody: nobody is configured.",
  states: {
    waiting: "on its way",
    delivered: "delivered",
    partly: "delivered in part",
    given_up: "given up",
  },
  attempts: (n: number) => `${n} attempts`,
  tries: (time: string) => `tries again at ${time}`,
  next: (time: string) => `The next one is published by schedule at ${time}.`,
  noSchedule: "No schedule publishes them: somebody has to.",
  sendAgain: "Send again",
  sentTo: (delivered: number, all: number, failed: number) =>
    `${delivered} of ${all}${failed ? `, ${failed} failed` : ""}`,
};
