import { useState } from "preact/hooks";
import type { Alarm } from "../api/alarms";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { secondsBetween, span } from "../text/format";
import { useText } from "../text/language";
import { OutcomeBadge } from "./badge";
import { AlarmTable, useMembers } from "./list";
import type { ListProps } from "./listpart";
import { useNow } from "./now";
import { rangeOf } from "./range";
import { alarmPath } from "./view";
import { componentOf, moment } from "./words";

/** Common causes that are named, those of the most alarms. */
const most = 5;

/** The common causes of the chosen days: a row each, with its alarms one press away. */
export function Storms({ view, zone, today, revision, onGo }: ListProps) {
  const text = useText().alarms;
  const asked = { ...rangeOf(view, today, zone), path: view.path, source: "fold" };
  const found = useResource(`storms ${JSON.stringify(asked)}`, revision, () => api.alarms(asked, 200));
  const storms = largest(found.data?.alarms ?? []);
  if (storms.length === 0) return null;
  return (
    <section class="storms" aria-label={text.storms}>
      <h2>{text.storms}</h2>
      <ul>
        {storms.map((alarm) => (
          <Storm key={alarm.id} {...{ alarm, today, revision, onGo }} />
        ))}
      </ul>
    </section>
  );
}

/** The causes of the most alarms, the largest first. */
export const largest = (alarms: Alarm[]) =>
  alarms
    .filter(({ cause }) => cause)
    .sort((a, b) => sizeOf(b) - sizeOf(a))
    .slice(0, most);

const sizeOf = ({ cause }: Alarm) => cause?.members.length ?? 0;

type StormProps = Pick<ListProps, "today" | "revision" | "onGo"> & { alarm: Alarm };

function Storm({ alarm, today, revision, onGo }: StormProps) {
  const text = useText();
  const say = text.alarms;
  const [open, setOpen] = useState(false);
  const now = new Date(useNow()).toISOString();
  const { cause, starts_at: from, ends_at: to } = alarm;
  if (!cause) return null;
  const lasts = text.duration(span(secondsBetween(from, to ?? now)));
  const name = componentOf(cause.component);
  return (
    <li class={to ? "over" : ""}>
      <div class="storm">
        <Link to={alarmPath({ id: alarm.id, explain: false })} onGo={onGo} class="main" title={name}>
          {name}
        </Link>
        <button
          type="button"
          class="members"
          aria-expanded={open}
          aria-label={say.showMembers(sizeOf(alarm), name)}
          onClick={() => setOpen(!open)}
        >
          {say.members(sizeOf(alarm))}
        </button>
        <span>{to ? say.lasted(moment(from, today), lasts) : say.lasts(moment(from, today), lasts)}</span>
        <OutcomeBadge outcome={alarm.outcome} />
        <span class="kinds">{cause.kinds.join(", ")}</span>
      </div>
      {open && <Members cause={alarm} {...{ today, revision, onGo }} />}
    </li>
  );
}

function Members({ cause, ...rest }: Omit<StormProps, "alarm"> & { cause: Alarm }) {
  const members = useMembers(cause, rest.revision);
  return <AlarmTable alarms={members.data ?? []} {...rest} />;
}
