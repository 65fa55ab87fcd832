import { useRef, useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import { type Run, runStates } from "../api/flows";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { Search } from "../search";
import { namesOf } from "../state/view";
import { span } from "../text/format";
import { useText } from "../text/language";
import { RunBadge } from "./badges";
import type { PartProps } from "./page";
import { lastedSeconds } from "./steps";
import { changesPath, defaultChanges, runPath, runStateOf } from "./view";

/** Runs that are asked for at first, and how many more each time. */
const page = 100;
const most = 1000;
const pauseMillis = 200;

/** What is being changed and what was, the newest first. */
export function RunPart(props: PartProps) {
  const { view, shown, revision, zone, now, onGo } = props;
  const text = useText().changes;
  const { path, search, open } = view;
  const state = runStateOf(view.state);
  const [limit, setLimit] = useState(page);
  const found = useFresh(`runs ${path} ${state} ${open} ${search} ${limit}`, revision, shown, () =>
    api.runs({ path, state, open, search }, limit),
  );
  const box = useFocusKeys(shown, ".run .main");
  const filtered = Boolean(path || search || state || open);
  return (
    <>
      <Stale of={found} />
      <Filters {...props} />
      {!found.data && (found.error ? <Failure error={found.error} /> : <Loading />)}
      {found.data?.runs.length === 0 &&
        (filtered ? <p class="nothing">{text.runs.none}</p> : <NoRuns onGo={onGo} />)}
      <div ref={box} class={found.old ? "old" : ""}>
        <RunList runs={found.data?.runs ?? []} today={todayIn(zone)} now={now} onGo={onGo} />
        {found.data && found.data.total > limit && limit < most && (
          <button type="button" class="older" onClick={() => setLimit(Math.min(limit + page, most))}>
            {text.older}
          </button>
        )}
      </div>
    </>
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
                {run.why} <small>{say.by(run.who, say.sources[run.source.kind])}</small>
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

function Filters({ shown, view, onView }: PartProps) {
  const say = useText().changes.runs;
  const input = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => input.current?.select() } : {});
  return (
    <search class="pool-filters">
      <Search
        input={input}
        value={view.search}
        name={say.search}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      <label class="chip">
        <input type="checkbox" checked={view.open} onChange={() => onView({ ...view, open: !view.open })} />
        {say.open}
      </label>
      <label class="select">
        <span class="hidden">{say.state}</span>
        <select value={view.state} onChange={(e) => onView({ ...view, state: e.currentTarget.value })}>
          <option value="">{say.any}</option>
          {runStates.map((state) => (
            <option key={state} value={state}>
              {say.states[state]}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
