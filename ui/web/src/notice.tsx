import { isInputFault, isNotYet } from "./api/client";
import type { Progress } from "./api/types";
import { count, span } from "./text/format";
import { useText } from "./text/language";

export function Loading() {
  const text = useText();
  return (
    <p class="loading" role="status">
      {text.loading}…
    </p>
  );
}

/** Why something could not be had; what only is not there yet is no fault. */
export function Failure({ error }: { error: Error }) {
  const text = useText();
  if (isNotYet(error))
    return (
      <p class="loading" role="status">
        {error.message}
      </p>
    );
  return (
    <p class="failure" role="alert">
      {isInputFault(error)
        ? error.message
        : error instanceof TypeError // what fetch throws where nobody answers
          ? text.unreachable
          : text.failed(error.message)}
    </p>
  );
}

/** What stands where something is not there yet: why not, if that is known. */
export const Waiting = ({ error }: { error: Error | undefined }) =>
  error ? <Failure error={error} /> : <Loading />;

/** The steps that are not done yet. */
export const openSteps = (steps: Progress[]) => steps.filter((s) => s.total > 0 && s.done < s.total);

/** Work that is under way, such as the history that is being loaded. */
export function ProgressList({ steps }: { steps: Progress[] }) {
  const text = useText();
  const open = openSteps(steps);
  if (open.length === 0) return null;
  return (
    <ul class="progress">
      {open.map((step) => (
        <li key={step.name}>
          <span>{step.name}</span>
          <progress value={step.done} max={step.total} aria-label={step.name} />
          <span>
            {count(step.done)} / {count(step.total)}
            {step.eta_seconds !== null && step.eta_seconds > 0 && `, ${text.eta(span(step.eta_seconds))}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
