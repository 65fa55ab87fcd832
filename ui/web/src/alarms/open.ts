import { useEffect, useState } from "preact/hooks";
import { type AlarmCount, type Outcome, outcomes } from "../api/alarms";
import { api } from "../api/client";

/** The open alarms by outcome, and how often that has changed. */
export interface OpenAlarms {
  by: Record<Outcome, number> | undefined; // undefined while it is not known
  revision: number;
}

const pollMillis = 15_000;

/** Adds up counts by outcome. */
export const byOutcome = (counts: AlarmCount[]) =>
  Object.fromEntries(
    outcomes.map((o) => [
      o,
      counts.filter(({ values }) => values.outcome === o).reduce((n, c) => n + c.alarms, 0),
    ]),
  ) as Record<Outcome, number>;

/** How many want a person to look: those that were told and those that are not settled. */
export const wanting = ({ by }: OpenAlarms) => (by ? by.notified + by.waiting : 0);

/** Follows the open alarms, with each snapshot and every quarter of a minute while the page is seen. */
export function useOpenAlarms(live: number): OpenAlarms {
  const [open, setOpen] = useState<OpenAlarms>({ by: undefined, revision: 0 });
  useEffect(() => {
    let left = false;
    const ask = async () => {
      const counts = await api.alarmStats({ open: true }, "outcome").catch(() => undefined);
      if (!left) setOpen((was) => next(was, counts && byOutcome(counts)));
    };
    const look = () => document.hidden || ask();
    look();
    const timer = setInterval(look, pollMillis);
    document.addEventListener("visibilitychange", look);
    return () => {
      left = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [live]);
  return open;
}

/** The same object where nothing is new, so that nothing is drawn. */
export function next(was: OpenAlarms, by: OpenAlarms["by"]): OpenAlarms {
  const same = JSON.stringify(was.by) === JSON.stringify(by);
  return same ? was : { by, revision: was.revision + 1 };
}
