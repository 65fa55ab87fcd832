import type { Outcome } from "../api/alarms";
import { Link } from "../link";
import { count } from "../text/format";
import { useText } from "../text/language";
import { type FunnelStep, funnelOf, type Tally } from "./funnel";
import { type AlarmsView, alarmsPath } from "./view";

interface Props {
  tally: Tally;
  view: AlarmsView;
  onGo: (path: string) => void;
}

/** What became of the alarms of the chosen days, in a sentence and step by step; each number opens its list. */
export function Funnel({ tally, view, onGo }: Props) {
  const text = useText().alarms;
  const { all, causes, by } = tally;
  return (
    <section class="funnel" aria-label={text.funnel}>
      <p class="reduction" role="status">
        {all === 0 ? text.nothingCame : text.reduction(count(all), all, causes, by.notified, by.waiting)}
      </p>
      <ol>
        {funnelOf(tally).map((step) => (
          <Step key={step.outcome} step={step} view={view} onGo={onGo} />
        ))}
      </ol>
    </section>
  );
}

/** A chosen outcome is left again by the same number. */
function Step({ step, view, onGo }: { step: FunnelStep } & Pick<Props, "view" | "onGo">) {
  const text = useText().alarms;
  const { outcome, count: n } = step;
  const chosen = view.part === "list" && !view.open && view.outcome === outcome;
  const to: Outcome | "" = chosen ? "" : outcome;
  const name = outcome ? text.outcomes[outcome] : text.received;
  return (
    <li class={`${outcome || "received"} ${n > 0 ? "" : "none"}`}>
      <Link
        to={alarmsPath({ ...view, part: "list", open: false, outcome: to })}
        onGo={onGo}
        title={outcome ? text.outcomeTitles[outcome] : text.receivedTitle}
        current={chosen}
      >
        <b>{count(n)}</b>
        <span class="name">{name}</span>
        <Share step={step} />
      </Link>
    </li>
  );
}

/** What is left after the step as a bar, with what it took away beside it; empty where that is none. */
function Share({ step: { count: n, before, after } }: { step: FunnelStep }) {
  const percent = (share: number) => `${100 * share}%`;
  if (n === 0) return <span class="share" aria-hidden="true" />;
  return (
    <span class="share" aria-hidden="true">
      <i class="left" style={{ width: percent(after) }} />
      {before > after && <i class="took" style={{ width: percent(before - after) }} />}
    </span>
  );
}
