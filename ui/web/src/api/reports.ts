// The JSON of /api/v1/reports.

import type { Num } from "./types";

/** What a report adds up. */
export interface ReportTotal {
  name: string;
  modules: number;
  devices: Num;
  devices_needed: Num;
  devices_to_request: Num;
  cost: Num; // null without any price
  unpriced: Num; // devices to request that have none
  at_risk: Num; // modules that are full before what is ordered now is in service
}

export interface ReportFile {
  format: string;
  language: string; // empty: the format has none
  sha256: string;
  bytes: number;
}

/** A month that has a report: published, or the draft of the running month. */
export interface ReportMonth {
  month: string; // YYYY-MM
  published: boolean;
  published_at?: string;
  who: string; // published it; empty: nobody had to log in
  sha256: string; // of the published JSON
  files: ReportFile[];
  error?: string; // why it cannot be read
  deliveries: Record<ReportDelivery["state"], number>; // of a published one
  snapshot_at: string;
  horizon_days: number;
  total: ReportTotal;
  currency: string;
  left_out: number;
  asking: number; // modules that ask for devices
  difference: Num; // of the devices to request
  difference_than: string; // the month that it is to; empty: none
}

export interface ReportList {
  next?: string; // when the next one is published by schedule
  ways: string[]; // by which published ones are delivered
  months: ReportMonth[];
}

/** The way of a published report to somebody. */
export interface ReportDelivery {
  n: number; // of the month, from 1 on
  way: string; // to whom, and how
  who: string; // had it sent
  state: "waiting" | "delivered" | "partly" | "given_up";
  attempts: number;
  error: string; // of the newest attempt
  asked_at: string;
  next_at?: string;
  ended_at?: string;
}

/** The formats that a report can be had in. */
export const reportFormats = ["pdf", "xlsx", "csv", "html", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];
