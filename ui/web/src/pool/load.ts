import { api } from "../api/client";
import type { Decision, Service } from "../api/pool";
import { minutes, type ScaleSeries, selector, step, trimmed, valuesAt } from "./series";

/** A service and what was decided last; without a service what is only recommended; neither if nothing is known. */
export interface Found {
  service: Service | null;
  decision: Decision | null;
}

export async function loadService(id: string): Promise<Found> {
  const [services, newest] = await Promise.all([api.services(id), api.newestDecisions(id)]);
  if (!services.some((s) => s.module === id)) {
    return { service: null, decision: newest.find((d) => d.module === id) ?? null };
  }
  const service = await api.service(id); // with its workers
  return { service, decision: service.decision };
}

const hours = 6;

/** The last hours of a module's series; now in Unix milliseconds. */
export async function loadSeries(id: string, levels: string[], now: number): Promise<ScaleSeries> {
  const times = minutes(now / 1000 - hours * 3600, now / 1000);
  const [from = 0, to = 0] = [times[0], times.at(-1)];
  const ask = (metric: string) => api.queryRange(selector(metric, levels, id), from, to, step);
  const [busy, desired, current] = await Promise.all([
    ask("headroom_scale_busy_fraction"),
    ask("headroom_scale_desired_workers"),
    ask("headroom_scale_current_workers"),
  ]);
  return trimmed({
    times,
    busy: valuesAt(times, busy, 100),
    desired: valuesAt(times, desired),
    current: valuesAt(times, current),
  });
}
