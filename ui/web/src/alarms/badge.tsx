import type { Outcome } from "../api/alarms";
import { useText } from "../text/language";
import { severityClass } from "./facets";

/** Signs beside the words and colours. */
const signs: Record<Outcome, string> = {
  waiting: "…",
  folded: "≡",
  muted: "–",
  healed: "+",
  resolved: "✓",
  notified: "!",
};

/** How an alarm came out. */
export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { outcomes, outcomeTitles } = useText().alarms;
  return (
    <span class={`outcome ${outcome}`} title={outcomeTitles[outcome]}>
      <i aria-hidden="true">{signs[outcome]}</i>
      {outcomes[outcome]}
    </span>
  );
}

/** The label of that name. */
export function Severity({ severity }: { severity: string }) {
  return severity ? <span class={severityClass(severity)}>{severity}</span> : null;
}
