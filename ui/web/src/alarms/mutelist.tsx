import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Mute } from "../api/mutes";
import { Failure } from "../notice";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import { EndButton } from "./endbutton";
import { MuteForm } from "./muteform";
import { NotSetUp } from "./notsetup";
import { isTime, momentIn } from "./range";
import { writeTimes } from "./times";

interface Props {
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  onGo: (path: string) => void;
}

const example = `alerting:
  mutes:
    - name: nightly backup
      matchers: [alertname="LoadHigh"]
      times: [{times: [{start_time: "02:00", end_time: "04:00"}]}]
      comment: the backup reads all disks`;

/** The mutes that come again, and the way to another one. */
export function Mutes({ zone, today, revision, onGo }: Props) {
  const text = useText().alarms.mutes;
  const [changes, setChanges] = useState(0); // made here
  const [open, setOpen] = useState(false);
  const changed = () => setChanges((n) => n + 1);
  const mutes = useResource("mutes", revision + changes, api.mutes);
  return (
    <Panel title={text.again} unit={text.againUnit}>
      {open ? (
        <MuteForm
          today={today}
          onDone={() => {
            setOpen(false);
            changed();
          }}
          onCancel={() => setOpen(false)}
          onGo={onGo}
        />
      ) : (
        <button type="button" class="action" onClick={() => setOpen(true)}>
          {text.newMute}…
        </button>
      )}
      {mutes.data && mutes.error && <Failure error={mutes.error} />}
      <Loaded of={mutes} empty="" isEmpty={() => false}>
        {(list) =>
          list.length > 0 ? (
            <ul class="mute-list">
              {list.map((mute) => (
                <MuteLine key={mute.id} mute={mute} zone={zone} today={today} onEnded={changed} />
              ))}
            </ul>
          ) : (
            <NotSetUp about={text.noMute} setting={example} />
          )
        }
      </Loaded>
    </Panel>
  );
}

interface LineProps extends Pick<Props, "zone" | "today"> {
  mute: Mute;
  onEnded: () => void;
}

function MuteLine({ mute, zone, today, onEnded }: LineProps) {
  const text = useText().alarms;
  const say = text.mutes;
  const { id, name, matchers, times, timezone, from, to, comment, who, configured, active, change } = mute;
  const when = (time: string) => momentIn(time, zone, today);
  const now = active ? say.active : isTime(change) ? say.next(when(change)) : "";
  return (
    <li>
      <span class="when">
        {writeTimes(times, say)}
        <small>
          {[now, timezone, isTime(from) && say.from(when(from)), isTime(to) && say.until(when(to))]
            .filter(Boolean)
            .join(", ")}
        </small>
      </span>
      <span class="what">
        {name && <b>{name} </b>}
        <code>{matchers.join(", ")}</code>
        <span class="sub">
          {[comment, configured ? say.configured : who && text.byWhom(who)].filter(Boolean).join(" · ")}
        </span>
      </span>
      {!configured && (
        <EndButton
          name={say.expire}
          label={say.endMute(matchers.join(", "))}
          end={() => api.unmute(id)}
          onEnded={onEnded}
        />
      )}
    </li>
  );
}
