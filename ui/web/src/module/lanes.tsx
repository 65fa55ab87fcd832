import { nothingIfMissing } from "../alarms/notsetup";
import { alarmsPath, defaultAlarms } from "../alarms/view";
import { api } from "../api/client";
import { changesPath, defaultChanges } from "../changes/view";
import { Link } from "../link";
import { useText } from "../text/language";
import { type Bar, type Happened, type LaneName, type Lanes, placeOf } from "./happenings";

const names: LaneName[] = ["changes", "mutes", "alarms"];
const most = 100; // of each kind

/** Asks for what happened to a node since a time; what this server does not keep is none. */
export async function happened(id: string, from: string): Promise<Happened> {
  const [runs, timeline, leases, silences, mutes, alarms] = await Promise.all([
    api.runs({ path: id, state: "", open: false, search: "" }, most),
    api.timeline(id, most).catch(nothingIfMissing),
    api.leases(),
    api.silences(),
    api.mutes(),
    api.alarms({ path: id, from }, most),
  ]);
  return {
    runs: runs.runs,
    facts: timeline?.events.filter(({ kind }) => kind === "fact") ?? [],
    leases,
    silences,
    mutes,
    alarms: alarms.alarms,
  };
}

interface Props {
  id: string;
  lanes: Lanes | undefined; // undefined until it is known
  first: number; // Unix seconds that the chart above shows
  last: number;
  clock: (seconds: number) => string;
  onGo: (path: string) => void;
}

/** What happened in the hours of the chart above, below its axis: the newest by its name, each at its time. */
export function LanesView({ id, lanes, first, last, clock, onGo }: Props) {
  const text = useText().module.lanes;
  const words = (bar: Bar) => `${clock(bar.from)}${bar.to > bar.from ? `–${clock(bar.to)}` : ""} ${bar.text}`;
  const lists: Record<LaneName, string> = {
    changes: changesPath({ ...defaultChanges, path: id }),
    mutes: alarmsPath({ ...defaultAlarms, part: "mutes" }),
    alarms: alarmsPath({ ...defaultAlarms, path: id, days: 7 }),
  };
  return (
    <section class="lanes" aria-label={text.title}>
      {names.map((name) => {
        const shown = (lanes?.[name] ?? []).flatMap((bar) => {
          const place = placeOf(bar, first, last);
          return place ? [{ bar, place }] : [];
        });
        const newest = shown.at(-1);
        return (
          <div key={name} class={`lane lane-${name}`}>
            <p>
              <Link to={lists[name]} onGo={onGo}>
                {text[name]} <b>{shown.length}</b>
              </Link>
              <span>{newest ? words(newest.bar) : lanes && text.none}</span>
            </p>
            <div class="bars" aria-hidden="true">
              {shown.map(({ bar, place }) => (
                <span
                  key={bar.id}
                  class={bar.look}
                  style={{ left: `${place.left}%`, width: `${place.width}%` }}
                  title={words(bar)}
                />
              ))}
            </div>
          </div>
        );
      })}
    </section>
  );
}
