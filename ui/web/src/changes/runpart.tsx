import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import { type Run, runStates } from "../api/flows";
import { Chip } from "../choice";
import { Link } from "../link";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { namesOf } from "../state/view";
import { span } from "../text/format";
import { useText } from "../text/language";
import { RunBadge } from "./badges";
import { FilterField, Listing, StateFilter, useLimit } from "./listing";
import type { PartProps } from "./page";
import { lastedSeconds, startedBy } from "./steps";
import { changesPath, defaultChanges, runPath, runStateOf } from "./view";

/** What is being changed and what was, the newest first. */
export function RunPart(props: PartProps) {
  const { view, shown, revision, zone, now, onView, onGo } = props;
  const text = useText().changes;
  const { path, search, open } = view;
  const state = runStateOf(view.state);
  const [limit, onMore] = useLimit();
  const found = useFresh(`runs ${path} ${state} ${open} ${search} ${limit}`, revision, shown, () =>
    api.runs({ path, state, open, search }, limit),
  );
  const box = useFocusKeys(shown, ".run .main");
  const filtered = Boolean(path || search || state || open);
  return (
    <Listing
      of={found}
      box={box}
      isEmpty={({ runs }) => runs.length === 0}
      empty={filtered ? <p class="nothing">{text.runs.none}</p> : <NoRuns onGo={onGo} />}
      onMore={(found.data?.total ?? 0) > limit && onMore}
      filters={
        <>
          <FilterField {...props} field="search" name={text.runs.search} />
          <Chip on={open} onChange={() => onView({ ...view, open: !open })}>
            {text.runs.open}
          </Chip>
          <StateFilter {...props} states={runStates} names={text.runs.states} />
        </>
      }
    >
      {({ runs }) => <RunList runs={runs} today={todayIn(zone)} now={now} onGo={onGo} />}
    </Listing>
  );
}

/** What to do while there was no run yet. */
function NoRuns({ onGo }: { onGo: (path: string) => void }) {
  const text = useText().changes.runs;
  return (
    <div class="first-steps">
      <h2>{text.noneTitle}</h2>
      <p>{text.noneText}</p>
      <Link to={changesPath({ ...defaultChanges, part: "flows" })} onGo={onGo} class="way">
        {text.noneWay}
      </Link>
    </div>
  );
}

interface ListProps {
  runs: Run[];
  today: string; // YYYY-MM-DD
  now: number; // Unix milliseconds
  onGo: (path: string) => void;
}

/** Runs line by line: where each stands, what it changes, who wants it and why. */
export function RunList({ runs, today, now, onGo }: ListProps) {
  const text = useText();
  const say = text.changes.runs;
  return (
    <ol class="run-list">
      {runs.map((run) => {
        const { over, total } = run.progress;
        const lasted = lastedSeconds(run.started, run.ended, now);
        return (
          <li key={run.id} class={`run ${run.state}`}>
            <time datetime={run.created}>{moment(run.created, today)}</time>
            <RunBadge state={run.state} dry={run.dry} />
            <span class="how-far">
              {total > 0 && (
                <>
                  <progress value={over} max={total} aria-label={say.progress(over, total)} />
                  <small>
                    {over}/{total}
                  </small>
                </>
              )}
            </span>
            <div class="said">
              <span class="what">
                <Link to={runPath(run.id)} onGo={onGo} class="main">
                  {run.flow}
                </Link>
                {run.module && <span class="where">{namesOf(run.module).join(" › ")}</span>}
                {(run.nodes?.length ?? 0) > 0 && (
                  <span class="where">
                    {run.nodes?.slice(0, 3).join(", ")}
                    {(run.nodes?.length ?? 0) > 3 && " …"}
                  </span>
                )}
              </span>
              <span class="why">
                {run.why} <small>{startedBy(run, say)}</small>
              </span>
              {run.reason && run.state !== "done" && (
                <span class={run.state === "failed" ? "bad" : "why"}>{run.reason}</span>
              )}
            </div>
            <small class="lasted">{lasted !== null && text.duration(span(lasted))}</small>
          </li>
        );
      })}
    </ol>
  );
}
