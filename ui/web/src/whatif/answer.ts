import { useRef } from "preact/hooks";
import { ApiError, api } from "../api/client";
import { useResource } from "../api/live";
import type { WhatIf } from "../api/whatif";
import { type Fault, readFaults } from "./faults";
import { type Request, type Scenario, toRequest } from "./scenario";

/** What the server says about a scenario. */
export interface Answer {
  data: WhatIf | undefined; // undefined: nothing is asked, or it could not be answered
  busy: boolean; // the data are those of the scenario before
  faults: Fault[]; // of the scenario
  failure: Error | undefined; // of the server or the line
}

/** Asks when the scenario changes and with each new minute. */
export function useAnswer(scenario: Scenario | undefined, level: string, revision: number): Answer {
  const request = scenario ? toRequest(scenario) : null;
  const key = request ? JSON.stringify([request.body, level]) : "";
  const ask = async () => (request ? api.whatif(request.body, level) : null);
  const { data, error } = useResource(key, request ? revision : 0, ask);
  const last = useRef<WhatIf | undefined>(undefined);
  if (!request || error) last.current = undefined;
  if (data) last.current = data;
  return {
    data: last.current,
    busy: request !== null && data === undefined && !error,
    faults: request ? faults(error, request) : [],
    failure: request && !isFault(error) ? error : undefined,
  };
}

const isFault = (error: Error | undefined) => error instanceof ApiError && error.code === 400;

const faults = (error: Error | undefined, { places }: Request) =>
  error && isFault(error) ? readFaults(error.message, places) : [];
