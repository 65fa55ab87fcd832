// The pages beside the table, in one script that is fetched when the first of
// them is shown: many small scripts would be half as large again.
export { AlarmPage } from "./alarms/one";
export { AlarmsPage } from "./alarms/page";
export { CapacityPage } from "./capacity/page";
export { ChangesPage } from "./changes/page";
export { RunPage } from "./changes/run";
export { ExplainPage } from "./explain/page";
export { FindPanel } from "./find/panel";
export { Help } from "./help";
export { LedgerPage } from "./ledger/page";
export { ModulePage } from "./module/page";
export { PoolPage } from "./pool/page";
export { PlacePage } from "./pool/place";
export { ReportsPage } from "./reports/page";
export { WhatIfPage } from "./whatif/page";
