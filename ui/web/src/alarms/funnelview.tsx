import { Link } from "../link";
import { count } from "../text/format";
import { useText } from "../text/language";
import { changeOf } from "./before";
import { type FunnelStep, funnelOf, type Tally } from "./funnel";
import { type AlarmsView, alarmsPath } from "./view";

interface Props {
  tally: Tally;
  before: Tally | undefined; // of as many days before, up to the same clock
  view: AlarmsView;
  today: string; // YYYY-MM-DD
  onGo: (path: string) => void;
}

/** What became of the alarms of the chosen days, in a sentence and step by step; each number opens its list. */
export function Funnel({ tally, before, view, today, onGo }: Props) {
  const text = useText().alarms;
  const { all, causes, by } = tally;
  const earlier = before && funnelOf(before);
  const since = text.since[view.days > 1 ? "days" : view.day === "" || view.day === today ? "today" : "day"];
  return (
    <section class="funnel" aria-label={text.funnel}>
      <p class="reduction" role="status">
        {all === 0 ? text.nothingCame : text.reduction(count(all), all, causes, by.notified, by.waiting)}
      </p>
      <ol>
        {funnelOf(tally).map((step, i) => (
          <Step
            key={step.outcome}
            step={step}
            before={earlier?.[i]?.count}
            since={since}
            view={view}
            onGo={onGo}
          />
        ))}
      </ol>
    </section>
  );
}

interface StepProps extends Pick<Props, "view" | "onGo"> {
  step: FunnelStep;
  before: number | undefined; // undefined: not known
  since: string; // when that was
}

/** A chosen outcome is left again by the same number. */
function Step({ step, before, since, view, onGo }: StepProps) {
  const text = useText().alarms;
  const { outcome, count: n } = step;
  const own = outcome || "all";
  const chosen = view.part === "list" && !view.open && view.outcome === own;
  const to = {
    ...view,
    part: "list",
    open: false,
    severity: "",
    kind: "",
    search: "",
    outcome: chosen ? "" : own,
  } as const; // those that were counted
  const change = before === undefined ? null : changeOf(n, before);
  return (
    <li class={`${outcome || "received"} ${n > 0 ? "" : "none"}`}>
      <Link
        to={alarmsPath(to)}
        onGo={onGo}
        title={outcome ? text.outcomeTitles[outcome] : text.receivedTitle}
        current={chosen}
      >
        <b>{count(n)}</b>
        <span class="name">{outcome ? text.outcomes[outcome] : text.received}</span>
        <small class="before">
          {before !== undefined && (
            <>
              <span>{since}</span> {count(before)}
            </>
          )}
          {change !== null && change !== 0 && ` (${change > 0 ? "+" : "−"}${Math.abs(change)} %)`}
        </small>
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
