import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, api } from "../api/client";
import type { Mark, Refits } from "../api/marks";
import { type Draft, type Fault, readFaults, toBody } from "./draft";

/** A mark to be made, or one to be taken away. */
export type Change = { make: Draft; end?: undefined } | { make?: undefined; end: Mark };

/** What was kept: the mark that was made, or the one that was taken away. */
export interface Done {
  mark: Mark;
  ended: boolean;
}

/** Where somebody is on the way from an interval to a mark. */
export type Step =
  | { at: "idle"; done?: Done; failure?: Error }
  | { at: "draft"; draft: Draft; faults: Fault[]; failure?: Error }
  | { at: "asking"; change: Change }
  | { at: "shown"; change: Change; refits: Refits; keeping: boolean; failure?: Error };

export interface Marking {
  step: Step;
  edit: (draft: Draft) => void;
  ask: (change: Change) => void; // for the refit
  keep: () => void; // after the refit was seen
  close: () => void;
}

/** Leads from an interval over its refit to a mark, and from a mark back; onChange once one is kept. */
export function useMarking(zone: string | undefined, onChange: () => void): Marking {
  const [step, setStep] = useState<Step>({ at: "idle" });
  const running = useRef(new AbortController());
  useEffect(() => () => running.current.abort(), []);

  const move = (next: Step) => {
    running.current.abort();
    running.current = new AbortController();
    setStep(next);
    return running.current.signal;
  };
  const send = (change: Change, preview: boolean, signal: AbortSignal | null) =>
    change.make
      ? api.mark(toBody(change.make, zone), preview, signal)
      : api.unmark(change.end.id, preview, signal);

  const ask = async (change: Change) => {
    const signal = move({ at: "asking", change });
    try {
      const refits = await send(change, true, signal);
      if (!signal.aborted) setStep({ at: "shown", change, refits, keeping: false });
    } catch (error) {
      if (!signal.aborted) setStep(afterFailure(change, error as Error));
    }
  };
  const keep = async () => {
    if (step.at !== "shown" || step.keeping) return;
    const { change, refits } = step;
    const signal = move({ at: "shown", change, refits, keeping: true });
    try {
      const { mark } = await send(change, false, null); // which goes on if the page is left
      onChange();
      const done = change.end ? { mark: change.end, ended: true } : mark && { mark, ended: false };
      if (!signal.aborted) setStep({ at: "idle", ...(done && { done }) });
    } catch (error) {
      if (!signal.aborted) setStep({ at: "shown", change, refits, keeping: false, failure: error as Error });
    }
  };
  return {
    step,
    edit: (draft) => move({ at: "draft", draft, faults: [] }),
    ask,
    keep,
    close: () => move({ at: "idle" }),
  };
}

/** A draft is there to be mended; of a mark that could not be taken away it is said why. */
function afterFailure({ make }: Change, failure: Error): Step {
  if (!make) return { at: "idle", failure };
  const faulty = failure instanceof ApiError && failure.code === 400;
  return faulty
    ? { at: "draft", draft: make, faults: readFaults(failure.message) }
    : { at: "draft", draft: make, faults: [], failure };
}

/** The draft that is shown on the charts. */
export function draftShown(step: Step): Draft | undefined {
  if (step.at === "draft") return step.draft;
  return step.at === "idle" ? undefined : step.change.make;
}
