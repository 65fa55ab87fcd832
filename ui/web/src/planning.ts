// The pages of those who plan: one script, fetched when the first of them is shown. Many
// small scripts would be half as large again; one for all pages would be more than any needs.
export { CapacityPage } from "./capacity/page";
export { LedgerPage } from "./ledger/page";
export { ModulePage } from "./module/page";
export { ReportsPage } from "./reports/page";
export { WhatIfPage } from "./whatif/page";
