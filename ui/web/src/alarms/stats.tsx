import { type AlarmQuery, type Outcome, outcomes } from "../api/alarms";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { namesOf } from "../state/view";
import { count } from "../text/format";
import { useText } from "../text/language";
import { type DayCount, perDay, type Ranked, topOf } from "./counts";
import { Days } from "./days";
import { useKept } from "./kept";
import { daysUpTo, rangeOf } from "./range";
import { type AlarmsView, alarmsPath } from "./view";

interface Props {
  view: AlarmsView;
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  onView: (view: AlarmsView) => void;
  onGo: (path: string) => void;
}

const top = 10;

/** Alarms a day, and what rings most; one day says too little, so it is seven then. */
export function Stats({ view, zone, today, revision, onView, onGo }: Props) {
  const text = useText().alarms;
  const seen = { ...view, days: view.days === 1 ? 7 : view.days };
  const asked: AlarmQuery = { ...rangeOf(seen, today, zone), path: view.path };
  const load = (by: string) => () => api.alarmStats(asked, by);
  const key = JSON.stringify(asked);
  const days = useKept(useResource(`day ${key}`, revision, load("day,outcome")));
  const kinds = useResource(`kind ${key}`, revision, load("kind,outcome"));
  const paths = useResource(`path ${key}`, revision, load("path,outcome"));
  const list = { ...seen, part: "list", open: false } as const;
  return (
    <>
      <Days view={seen} today={today} onView={onView} offered={[7, 30]} />
      <div class="alarm-stats">
        <Panel title={text.perDay}>
          <DayBars
            days={perDay(days.data ?? [], daysUpTo(seen.day || today, seen.days))}
            view={list}
            onGo={onGo}
          />
        </Panel>
        <Panel title={text.topKinds}>
          <Loaded of={kinds} empty={text.noneThen} isEmpty={(c) => c.length === 0}>
            {(counts) => (
              <Ranks
                ranked={topOf(counts, "kind", top)}
                name={(kind) => kind}
                to={(kind) => ({ ...list, kind })}
                onGo={onGo}
              />
            )}
          </Loaded>
        </Panel>
        <Panel title={text.topModules}>
          <Loaded of={paths} empty={text.noneThen} isEmpty={(c) => c.length === 0}>
            {(counts) => (
              <Ranks
                ranked={topOf(counts, "path", top)}
                name={(path) => (path ? namesOf(path).join(" › ") : text.unknownPath)}
                to={(path) => path !== "" && { ...list, path }}
                onGo={onGo}
              />
            )}
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

/** From the bottom of a bar to its top: what people were told of stands on the ground. */
const stacked = outcomes.toReversed();

interface BarsProps {
  days: DayCount[];
  view: AlarmsView;
  onGo: (path: string) => void;
}

/** A bar for each day, which opens the list of the day. */
function DayBars({ days, view, onGo }: BarsProps) {
  const text = useText().alarms;
  const most = Math.max(1, ...days.map((d) => d.all));
  const parts = ({ by }: DayCount) =>
    stacked
      .filter((o) => by[o] > 0)
      .map((o) => `${text.outcomes[o]} ${count(by[o])}`)
      .join(", ");
  return (
    <>
      <ol class={days.length > 7 ? "day-bars many" : "day-bars"}>
        {days.map((d) => {
          const about = text.perDayOf(d.day, count(d.all), parts(d));
          return (
            <li key={d.day}>
              <Link to={alarmsPath({ ...view, day: d.day, days: 1 })} onGo={onGo} title={about}>
                <span class="number">{d.all > 0 && count(d.all)}</span>
                <span class="stack">
                  {stacked.map((o) => (
                    <i key={o} class={o} style={{ height: `${(100 * d.by[o]) / most}%` }} />
                  ))}
                </span>
                <span class="day">{d.day.slice(5)}</span>
              </Link>
            </li>
          );
        })}
      </ol>
      <Legend days={days} />
    </>
  );
}

/** What the colours mean, with the sums over all days. */
function Legend({ days }: { days: DayCount[] }) {
  const text = useText().alarms;
  const sum = (o: Outcome) => days.reduce((n, d) => n + d.by[o], 0);
  return (
    <ul class="bar-legend">
      {stacked.map((o) => (
        <li key={o} class={o} title={text.outcomeTitles[o]}>
          <i aria-hidden="true" /> {text.outcomes[o]} <b>{count(sum(o))}</b>
        </li>
      ))}
    </ul>
  );
}

interface RanksProps {
  ranked: Ranked[];
  name: (value: string) => string;
  to: (value: string) => AlarmsView | false;
  onGo: (path: string) => void;
}

/** Values with their alarms as a bar, of which those that were told stand out. */
function Ranks({ ranked, name, to, onGo }: RanksProps) {
  const text = useText().alarms;
  const most = ranked[0]?.all ?? 1;
  const width = (n: number) => ({ width: `${(100 * n) / most}%` });
  return (
    <ol class="ranks">
      {ranked.map(({ value, all, told }) => {
        const view = to(value);
        return (
          <li key={value}>
            {view ? (
              <Link to={alarmsPath(view)} onGo={onGo} class="name">
                {name(value)}
              </Link>
            ) : (
              <span class="name">{name(value)}</span>
            )}
            <span class="numbers">
              {count(all)}
              {told > 0 && <small> {text.told(count(told))}</small>}
            </span>
            <span class="rank" aria-hidden="true">
              <i class="notified" style={width(told)} />
              <i class="rest" style={width(all - told)} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
