// The page of monthly reports, as it stands in its URL:
//
//   reports
//   reports/2026-11

export interface ReportsView {
  month: string; // YYYY-MM; empty: the list
}

/** Reads the part of the path below the page's name; undefined if it names no month. */
export function readReports(rest: string): ReportsView | undefined {
  return rest === "" || /^\d{4}-\d\d$/.test(rest) ? { month: rest } : undefined;
}

/** The path of the page below the root. */
export const reportsPath = ({ month }: ReportsView) => (month ? `reports/${month}` : "reports");
