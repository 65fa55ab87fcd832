import { type AlarmCount, type Outcome, outcomes } from "../api/alarms";

/** How many alarms came, and what became of them: the outcomes add up to all. */
export interface Tally {
  all: number;
  causes: number; // of them common causes, which stand for others
  by: Record<Outcome, number>;
}

/** Adds up counts by outcome and source. */
export function tallyOf(counts: AlarmCount[]): Tally {
  const by = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Tally["by"];
  const tally = { all: 0, causes: 0, by };
  for (const { values, alarms } of counts) {
    tally.all += alarms;
    if (values.source === "fold") tally.causes += alarms;
    const outcome = outcomes.find((o) => o === values.outcome);
    if (outcome) by[outcome] += alarms;
  }
  return tally;
}

/** One step of the funnel: how many it took, and the shares of all before and after it. */
export interface FunnelStep {
  outcome: Outcome | ""; // "" is all that came
  count: number;
  before: number; // 0 to 1
  after: number;
}

/** What takes alarms away, in the order of the pipeline. */
const takers: Outcome[] = ["folded", "muted", "healed", "resolved"];

/**
 * From all that came over what was taken away to what is left: those of which
 * people were told, and those that wait.
 */
export function funnelOf({ all, by }: Tally): FunnelStep[] {
  const share = (n: number) => (all > 0 ? n / all : 0);
  const steps: FunnelStep[] = [{ outcome: "", count: all, before: share(all), after: share(all) }];
  let left = all;
  for (const outcome of takers) {
    const before = left;
    left -= by[outcome];
    steps.push({ outcome, count: by[outcome], before: share(before), after: share(left) });
  }
  for (const outcome of ["notified", "waiting"] as const) {
    const part = share(by[outcome]);
    steps.push({ outcome, count: by[outcome], before: part, after: part });
  }
  return steps;
}
