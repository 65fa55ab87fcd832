// The JSON of POST /api/v1/whatif.

import type { Dates, Num } from "./types";

/** What differs; what is left out is as expected or configured. */
export interface ScenarioBody {
  loads?: { path: string; uplift: number; from?: string; to?: string }[];
  lost?: { label: string; value: string; path?: string }[];
  devices?: { path: string; change: number }[];
  lead_time?: string; // whole days, as 45d
  target_load?: number; // percent
}

/** The modules that can be judged, summed up. */
export interface WhatIfTotal {
  lead_days: number;
  devices: Num;
  devices_needed: Num;
  devices_to_request: Num;
  fill_up: number; // modules that are full before what is requested now is in service
  overfull_today: number;
}

/** A node's numbers on one side; those above modules have no full_on. */
export interface WhatIfSide {
  devices: Num;
  peak_today: Num;
  headroom: Num;
  headroom_after_loss: Num;
  full_on: Dates;
  peak_at_risk: Num;
  devices_needed: Num;
  devices_to_request: Num;
  pooled_needed: Num;
}

export interface WhatIfRow {
  id: string;
  path: string[];
  level: string;
  before: WhatIfSide;
  after: WhatIfSide;
  fills_up: boolean; // full before the next delivery only in the scenario
  reason: string;
}

export interface WhatIf {
  at: string;
  differs: string[];
  modules: number;
  unknown: number; // modules that cannot be judged
  before: WhatIfTotal;
  after: WhatIfTotal;
  rows: WhatIfRow[];
}

/** Of a row of the table: the devices that fail together. A single device has no value. */
export interface DomainOfRow {
  largest_domain: { label: string; value: string; devices: number } | null;
}
