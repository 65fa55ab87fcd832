import type { Lease } from "../api/mutes";

/** The leases that are held, and those that are over; the newest first. */
export function running(leases: Lease[]): [open: Lease[], over: Lease[]] {
  const sorted = leases.toSorted((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at));
  return [sorted.filter((lease) => !lease.how), sorted.filter((lease) => lease.how)];
}
