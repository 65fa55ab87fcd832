import { api } from "../api/client";
import type { Brake, Heal } from "../api/heals";
import { type Resource, useResource } from "../api/live";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { count } from "../text/format";
import { langOf, useText } from "../text/language";
import { BrakeLine } from "./brake";
import { Days } from "./days";
import { healState, healStates } from "./heals";
import { NotSetUp } from "./notsetup";
import { Place } from "./place";
import { rangeOf } from "./range";
import { type AlarmsView, alarmPath } from "./view";
import { moment } from "./words";

interface Props {
  view: AlarmsView;
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  brake: Resource<Brake>;
  onView: (view: AlarmsView) => void;
  onGo: (path: string) => void;
}

const most = 200;

/** What Headroom did about alarms, or would have done in a dry run, and whether it helped. */
export function HealPart({ view, zone, today, revision, brake, onView, onGo }: Props) {
  const text = useText().alarms.heals;
  const asked = { ...rangeOf(view, today, zone), path: view.path };
  const heals = useResource(`heals ${JSON.stringify(asked)}`, revision, () => api.heals(asked, most));
  return (
    <>
      <Days view={view} today={today} onView={onView} />
      <BrakeLine brake={brake} today={today} />
      <Panel title={text.title}>
        <Loaded of={heals} empty="" isEmpty={() => false}>
          {(list) =>
            list.heals.length > 0 ? (
              <HealList heals={list.heals} more={list.more} today={today} onGo={onGo} />
            ) : (
              <NoHeals revision={revision} />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

const healExample = `alerting:
  heal:
    dry_run: true
    rules:
      - match: [alertname="ProcessDead"]
        actions: [{kind: restart_process}]`;

/** Nothing was done in the chosen days, or never yet: then what to configure. */
function NoHeals({ revision }: { revision: number }) {
  const text = useText().alarms.heals;
  const newest = useResource("newest heal", revision, () => api.heals({ from: "", to: "", path: "" }, 1));
  if (!newest.data) return null;
  if (newest.data.heals.length > 0) return <p class="nothing">{text.none}</p>;
  return <NotSetUp about={text.never} setting={healExample} />;
}

interface ListProps {
  heals: Heal[];
  more: boolean;
  today: string;
  onGo: (path: string) => void;
}

function HealList({ heals, more, today, onGo }: ListProps) {
  const text = useText().alarms.heals;
  return (
    <>
      <p class="reason">
        {healStates(heals)
          .map(([state, n]) => `${text.states[state]} ${count(n)}`)
          .join(" · ")}
      </p>
      <ul class="heal-list">
        {heals.map((heal) => (
          <li key={heal.id} class={healState(heal).replace(" ", "-")}>
            <time datetime={heal.started_at}>{moment(heal.started_at, today)}</time>
            <span class="heal-state">{text.states[healState(heal)]}</span>
            <span class="what">
              <b>{heal.action}</b> {heal.rule && text.step(heal.step, heal.rule)}
              {heal.who && ` ${text.askedBy(heal.who)}`}
              {heal.alarm && (
                <>
                  {" · "}
                  <Link to={alarmPath({ id: heal.alarm, explain: false })} onGo={onGo} class="way">
                    {heal.kind || heal.alarm}
                  </Link>
                </>
              )}
            </span>
            <span class="where">
              <Place path={heal.path} node={heal.node} onGo={onGo} />
            </span>
            <p class="because" lang={langOf(heal.reason)}>
              {heal.reason}
            </p>
            {heal.output && (
              <details>
                <summary>{text.output}</summary>
                <pre>{heal.output}</pre>
              </details>
            )}
          </li>
        ))}
      </ul>
      {more && <p class="reason">{text.more(count(most))}</p>}
    </>
  );
}
