import { useState } from "preact/hooks";
import { useNow } from "../alarms/now";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { Act, Lacking } from "../allowed";
import { ApiError, api } from "../api/client";
import { isOver, type Run } from "../api/flows";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { explainPath } from "../explain/view";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading } from "../notice";
import { Panel } from "../panel";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { modulePath, namesOf } from "../state/view";
import { span, unknown } from "../text/format";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { RunBadge } from "./badges";
import { ChangeForm, TextField } from "./form";
import { RunActions } from "./runactions";
import { leading } from "./stepactions";
import { StepList } from "./steplist";
import { changedInputs, firstToLookAt, lastedSeconds, listed, shownValue, startedBy } from "./steps";
import { type ChangesView, changesPath, defaultChanges, type RunView, runPath } from "./view";

interface Props {
  view: RunView;
  list: ChangesView | null; // that it was opened from
  revision: number;
  status: Status | undefined;
  onGo: (path: string, replace?: boolean) => void;
}

/** One change: where it stands, each of its steps, and what a person can do. */
export function RunPage({ view, list, revision, status, onGo }: Props) {
  const text = useText().changes;
  const { id } = view;
  const found = useFresh(`run ${id}`, revision, true, () => api.run(id));
  const back = changesPath(list ?? defaultChanges);
  const run = found.old ? undefined : found.data;
  useKeys({ Escape: () => onGo(back) });
  useTitle(run?.flow ?? id);
  const missing = found.error instanceof ApiError && found.error.code === 404;
  return (
    <main class="module-page pool-place run-page">
      <nav class="crumbs" aria-label={text.title}>
        <Link to={back} onGo={onGo}>
          {text.back}
        </Link>
        <span>{id}</span>
      </nav>
      {!run && !found.error && <Loading />}
      {!run &&
        found.error &&
        (missing ? <p class="nothing">{text.runs.missing}</p> : <Failure error={found.error} />)}
      {run && status && (
        <>
          <Stale of={found} />
          <Body run={run} view={view} zone={knownZone(status.timezone)} onGo={onGo} onChange={found.again} />
        </>
      )}
    </main>
  );
}

interface BodyProps {
  run: Run;
  view: RunView;
  zone: string | undefined;
  onGo: Props["onGo"];
  onChange: () => void;
}

function Body({ run, view, zone, onGo, onChange }: BodyProps) {
  const text = useText();
  const say = text.changes.runs;
  const now = useNow();
  const today = todayIn(zone);
  const lasted = lastedSeconds(run.started, run.ended, now);
  const steps = run.steps ?? [];
  return (
    <>
      <h1>{run.document?.title || run.flow}</h1>
      <p class="badges">
        <RunBadge state={run.state} dry={run.dry} />
        {run.module && (
          <Link to={modulePath(run.module, "")} onGo={onGo} class="way">
            {namesOf(run.module).join(" › ")}
          </Link>
        )}
        <span>
          {moment(run.created, today)}
          {lasted !== null && ` · ${text.changes.duration(span(lasted))}`}
        </span>
        <span>{startedBy(run, say)}</span>
        <Link to={explainPath({ id: `run:${run.id}`, model: "" })} onGo={onGo} class="way">
          {text.explain.title}
        </Link>
      </p>
      <p class="headline">{say.headline(run.why, run.reason ?? "")}</p>
      {!isOver(run) && !run.dry && <RunActions run={run} onDone={onChange} />}
      <Panel title={say.stepsTitle}>
        <StepList
          run={run}
          steps={steps}
          open={view.step || firstToLookAt(steps)}
          {...{ now, today, onChange }}
          onOpen={(step) => onGo(runPath(run.id, step), true)}
        />
      </Panel>
      <div class="run-facts">
        <Panel title={say.inputsTitle}>
          <Values of={run.inputs} />
        </Panel>
        {run.constants && Object.keys(run.constants).length > 0 && (
          <Panel title={say.constantsTitle}>
            <Constants run={run} onDone={onChange} />
          </Panel>
        )}
        {run.actions && run.actions.length > 0 && (
          <Panel title={say.actionsTitle}>
            <ol class="run-actions">
              {run.actions.map((action) => (
                <li key={`${action.at} ${action.what}`}>
                  <time datetime={action.at}>{moment(action.at, today)}</time>{" "}
                  <b>{say.did(action.who, action.what, action.step ?? "")}</b> {action.why}
                  {Object.entries(action.inputs ?? {}).map(([name, value]) => (
                    <code key={name}> {`${name}=${listed(value)}`}</code>
                  ))}
                </li>
              ))}
            </ol>
          </Panel>
        )}
      </div>
    </>
  );
}

/** What the steps read beside the inputs; a person can change it for those that have not begun. */
function Constants({ run, onDone }: { run: Run; onDone: () => void }) {
  const text = useText().changes.runs;
  const [editing, setEditing] = useState(false);
  const before = run.constants ?? {};
  if (!editing)
    return (
      <>
        <Values of={before} />
        {!isOver(run) && (
          <>
            <div class="actions">
              <Act {...leading} onClick={() => setEditing(true)}>
                {text.editConstants}
              </Act>
            </div>
            <Lacking {...leading} />
          </>
        )}
      </>
    );
  return (
    <ChangeForm
      about={text.constantsAbout}
      buttons={[{ label: text.editConstants }]}
      onSend={async ({ typed, who, why }) => {
        await api.orderRun(run.id, {
          action: "constants",
          who,
          why,
          constants: changedInputs(before, typed),
        });
        setEditing(false);
        onDone();
      }}
      onCancel={() => setEditing(false)}
    >
      {Object.entries(before).map(([name, value]) => (
        <TextField key={name} label={name} name={name} value={shownValue(value)} />
      ))}
    </ChangeForm>
  );
}

/** Names and values, as of inputs or outputs. */
export function Values({ of }: { of: Record<string, unknown> | null | undefined }) {
  const text = useText().changes.runs;
  const all = Object.entries(of ?? {});
  if (all.length === 0) return <p class="nothing">{text.noValues}</p>;
  return (
    <dl class="values">
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{listed(value) || unknown}</dd>
        </div>
      ))}
    </dl>
  );
}
