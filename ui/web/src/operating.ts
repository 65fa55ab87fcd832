// The pages of those who operate, and what opens over any page: one script, as in planning.ts.
export { AlarmPage } from "./alarms/one";
export { AlarmsPage } from "./alarms/page";
export { ChangesPage } from "./changes/page";
export { RunPage } from "./changes/run";
export { ExplainPage } from "./explain/page";
export { FindPanel } from "./find/panel";
export { Help } from "./help";
export { PoolPage } from "./pool/page";
export { PlacePage } from "./pool/place";
