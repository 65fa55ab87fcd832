import type { AlarmDetail } from "../api/alarms";
import { ApiError, api } from "../api/client";
import { useResource } from "../api/live";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { explainPath } from "../explain/view";
import { useKeys } from "../keys";
import { Link } from "../link";
import { ExplanationList } from "../module/explanation";
import { Failure, Loading } from "../notice";
import { Loaded, Panel } from "../panel";
import { langOf, useText } from "../text/language";
import { useTitle } from "../title";
import { Actions } from "./actions";
import { OutcomeBadge, Severity } from "./badge";
import { AlarmFactsPanel, Pairs } from "./facts";
import { AlarmTable, useMembers } from "./list";
import { LoadPanel } from "./load";
import { useNow } from "./now";
import { todayIn } from "./range";
import { Trail } from "./trail";
import { type AlarmsView, type AlarmView, alarmsPath } from "./view";
import { componentOf, headline, linkOf, saidOf, whereOf } from "./words";

interface Props {
  view: AlarmView;
  list: AlarmsView; // that it was opened from
  revision: number;
  status: Status | undefined;
  onGo: (path: string) => void;
}

/** All about one alarm: what became of it in a sentence, its way, what can be done. */
export function AlarmPage({ view, list, revision, status, onGo }: Props) {
  const text = useText().alarms;
  const { id } = view;
  const alarm = useResource(`alarm ${id}`, revision, () => api.alarm(id));
  const back = alarmsPath(list);
  useKeys({ Escape: () => onGo(back) });
  useTitle(alarm.data?.kind);
  const missing = alarm.error instanceof ApiError && alarm.error.code === 404;
  return (
    <main class="module-page alarm-page">
      <nav class="crumbs" aria-label={text.title}>
        <Link to={back} onGo={onGo}>
          {text.back}
        </Link>
        <span>{alarm.data?.kind ?? id}</span>
      </nav>
      {alarm.error && (missing ? <p class="nothing">{text.noAlarm}</p> : <Failure error={alarm.error} />)}
      {!alarm.data && !alarm.error && <Loading />}
      {alarm.data && status && (
        <Body
          alarm={alarm.data}
          view={view}
          zone={knownZone(status.timezone)}
          revision={revision}
          onChange={(changed) => alarm.mutate(() => changed)}
          onGo={onGo}
        />
      )}
    </main>
  );
}

interface BodyProps extends Pick<Props, "view" | "revision" | "onGo"> {
  alarm: AlarmDetail;
  zone: string | undefined;
  onChange: (alarm: AlarmDetail) => void;
}

function Body({ alarm, view, zone, revision, onChange, onGo }: BodyProps) {
  const text = useText().alarms;
  const today = todayIn(zone);
  return (
    <>
      <h1>{text.alarmOf(alarm.kind, whereOf(alarm))}</h1>
      <p class="badges">
        <OutcomeBadge outcome={alarm.outcome} />
        <Severity severity={alarm.severity} />
        <span>{saidOf(alarm)}</span>
      </p>
      <Headline alarm={alarm} today={today} />
      <Help alarm={alarm} />
      <Actions alarm={alarm} view={view} zone={zone} onChange={onChange} onGo={onGo} />
      <div class="columns">
        <div class="charts">
          {view.explain && <Explained id={alarm.id} revision={revision} onGo={onGo} />}
          <Panel title={text.way}>
            <Trail events={alarm.trail} today={today} onGo={onGo} />
          </Panel>
          {alarm.cause && <Members cause={alarm} today={today} revision={revision} onGo={onGo} />}
          {alarm.path && <LoadPanel alarm={alarm} zone={zone} revision={revision} />}
        </div>
        <div class="charts">
          <AlarmFactsPanel alarm={alarm} onGo={onGo} />
          <Pairs title={text.annotations} pairs={alarm.annotations} />
          <Pairs title={text.labels} pairs={alarm.labels} />
          <Pairs title={text.knownThen} pairs={alarm.facts} />
        </div>
      </div>
    </>
  );
}

/** What was tried so far, and where it says what to do: that is looked for at night first. */
function Help({ alarm: { trail, runbook, owner } }: { alarm: AlarmDetail }) {
  const text = useText().alarms;
  const tried = trail.findLast(({ stage, what }) => stage === "heal" && what !== "waiting");
  const page = linkOf(runbook);
  return (
    <div class="help">
      <p>
        <b>{text.tried}</b>{" "}
        {tried ? <span lang={langOf(tried.reason)}>{tried.reason}</span> : text.nothingTried}
      </p>
      {(owner || page) && (
        <p>
          <b>{text.todo}</b>{" "}
          {page && (
            <a class="action" href={page} target="_blank" rel="noopener noreferrer">
              {text.fact.runbook}
            </a>
          )}{" "}
          {owner && `${text.fact.owner}: ${owner}`}
        </p>
      )}
    </div>
  );
}

/** Counts to now, not to the minute of the tables. */
function Headline({ alarm, today }: { alarm: AlarmDetail; today: string }) {
  const text = useText().alarms;
  const now = new Date(useNow()).toISOString();
  return <p class={`headline alarm-${alarm.outcome}`}>{headline(alarm, now, today, text)}</p>;
}

function Members({
  cause,
  today,
  revision,
  onGo,
}: { cause: AlarmDetail; today: string } & Pick<Props, "revision" | "onGo">) {
  const text = useText().alarms;
  const members = useMembers(cause, revision);
  const of = cause.cause;
  const shared = of ? componentOf(of.component) : "";
  const missing = (of?.members.length ?? 0) - (members.data?.length ?? 0);
  return (
    <Panel
      title={text.membersTitle}
      unit={of?.share ? text.sharing(shared, of.share) : shared}
      below={members.data && missing > 0 ? text.membersMissing(missing) : undefined}
    >
      <Loaded of={members} empty={text.nothing} isEmpty={(list) => list.length === 0}>
        {(alarms) => <AlarmTable alarms={alarms} today={today} revision={revision} onGo={onGo} />}
      </Loaded>
    </Panel>
  );
}

/** Each step with its inputs, as the API and the terminal explain it. */
function Explained({ id, revision, onGo }: { id: string } & Pick<Props, "revision" | "onGo">) {
  const say = useText();
  const text = say.alarms;
  const explanation = useResource(`explain ${id}`, revision, () => api.explain(`alarm:${id}`, ""));
  return (
    <Panel title={text.explanation} unit={explanation.data?.title ?? ""}>
      <Loaded of={explanation} empty="–" isEmpty={(e) => e.steps.length === 0}>
        {(e) => <ExplanationList explanation={e} />}
      </Loaded>
      <Link to={explainPath({ id: `alarm:${id}`, model: "" })} onGo={onGo} class="way">
        {say.explain.all}
      </Link>
    </Panel>
  );
}
