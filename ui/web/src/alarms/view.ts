import { type Outcome, outcomes } from "../api/alarms";
import { fieldsOf, isDay, writeQuery } from "../state/query";

// What the page shows, as it stands in its URL:
//
//   alarms?outcome=folded&severity=critical&path=Qzone&days=7&day=2026-11-27

/** The parts of the page. */
export const parts = ["list", "stats", "mutes", "changes", "heals"] as const;
export type Part = (typeof parts)[number];

/** How many days can be looked at; the first one is the default. */
export const spans = [1, 7, 30];

export interface AlarmsView {
  part: Part;
  day: string; // the last one, YYYY-MM-DD; "" is today
  days: number; // that end with it
  open: boolean; // those to which something may still happen, of whatever day
  outcome: Outcome | "" | "all"; // all lists those folded into common causes, too
  severity: string;
  kind: string;
  path: string; // id of a node: it and all below it
  search: string;
  lanes: "business" | "kind"; // of the timeline
}

export const defaultAlarms: AlarmsView = {
  part: "list",
  day: "",
  days: 1,
  open: false,
  outcome: "",
  severity: "",
  kind: "",
  path: "",
  search: "",
  lanes: "business",
};

const fields = fieldsOf(
  defaultAlarms,
  { part: "show", search: "q" },
  { part: parts, day: isDay, days: spans, outcome: ["all", ...outcomes], lanes: ["kind"] },
);

export const readAlarms = fields.read;

/** The path of the page below the root; what is at its default is left out. */
export const alarmsPath = (view: AlarmsView) => `alarms${writeQuery(fields.params(view))}`;

/** One alarm's page, with or without the explanation of all its steps. */
export interface AlarmView {
  id: string;
  explain: boolean;
}

export const readAlarm = (id: string, query: string): AlarmView => ({
  id,
  explain: new URLSearchParams(query).get("explain") === "true",
});

export const alarmPath = ({ id, explain }: AlarmView) =>
  `alarms/${encodeURIComponent(id)}${explain ? "?explain=true" : ""}`;

/** Whether what keeps or did something is another alarm, by the form of its id. */
export const isAlarmId = (id: string) => /^[0-9a-f]{16}-[0-9a-z]+$/.test(id);
