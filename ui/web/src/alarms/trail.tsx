import { type AlarmEvent, happenings, outcomes } from "../api/alarms";
import { Link } from "../link";
import { secondsBetween, span } from "../text/format";
import { langOf, useText } from "../text/language";
import { OutcomeBadge } from "./badge";
import { alarmPath, alarmsPath, defaultAlarms, isAlarmId } from "./view";

interface Props {
  events: AlarmEvent[];
  today: string; // YYYY-MM-DD
  onGo: (path: string) => void;
}

/** The way of an alarm through the stages: when, where, what, why and by whom. */
export function Trail({ events, today, onGo }: Props) {
  const text = useText();
  return (
    <ol class="trail">
      {events.map((event, i) => {
        const before = events[i - 1];
        const gap = before ? secondsBetween(before.at, event.at) : 0;
        return (
          <li key={`${event.at} ${i}`} class={classOf(event.what)}>
            <time datetime={event.at}>
              {timeOf(event.at, today)}
              {gap >= 1 && <small>{text.alarms.later(span(gap))}</small>}
            </time>
            <span class="what">
              <b>{text.alarms.stages[event.stage] ?? event.stage}</b> <What what={event.what} />
            </span>
            <p class="because">
              <span lang={langOf(event.reason)}>{event.reason}</span>{" "}
              {event.by && <By event={event} onGo={onGo} />}
            </p>
          </li>
        );
      })}
    </ol>
  );
}

const outcomeOf = (what: string) => outcomes.find((outcome) => outcome === what);
const classOf = (what: string) => outcomeOf(what) ?? what.replaceAll(" ", "-");

/** With seconds: the way through the pipeline is short. */
const timeOf = (at: string, today: string) =>
  `${at.slice(0, 10) === today ? "" : `${at.slice(5, 10)} `}${at.slice(11, 19)}`;

function What({ what }: { what: string }) {
  const text = useText().alarms;
  const outcome = outcomeOf(what);
  if (outcome) return <OutcomeBadge outcome={outcome} />;
  const happening = happenings.find((one) => one === what);
  return <span class="event">{happening ? text.events[happening] : what}</span>;
}

/** The part of the page that has what a stage keeps alarms by. */
const partOf: Record<string, "changes" | "mutes" | "heals"> = {
  lease: "changes",
  mute: "mutes",
  heal: "heals",
};

/** A common cause has a page of its own; changes, mutes and heals have theirs together. */
function By({ event: { stage, by = "" }, onGo }: { event: AlarmEvent; onGo: (path: string) => void }) {
  const text = useText().alarms;
  if (by in text.sources) return null; // the reason names it
  if (isAlarmId(by)) {
    return (
      <Link to={alarmPath({ id: by, explain: false })} onGo={onGo} class="way">
        {text.byAlarm}
      </Link>
    );
  }
  const part = partOf[stage];
  if (!part) return <span class="by">{text.byWhom(by)}</span>;
  return (
    <Link to={alarmsPath({ ...defaultAlarms, part })} onGo={onGo} class="way">
      {text.partBy[part]}
    </Link>
  );
}
