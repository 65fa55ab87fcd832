import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Mute } from "../api/mutes";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import { NotSetUp, nothingIfMissing } from "./notsetup";
import { isTime, momentIn } from "./range";
import { Silences } from "./silencelist";
import { writeTimes } from "./times";

interface Props {
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  onGo: (path: string) => void;
}

/** Of what nobody is told: silences, and mutes that come again. */
export function MutePart(props: Props) {
  return (
    <div class="alarm-panels">
      <Silences {...props} />
      <Mutes {...props} />
    </div>
  );
}

const muteExample = `alerting:
  mutes:
    - name: nightly backup
      matchers: [alertname="LoadHigh"]
      times: [{times: [{start_time: "02:00", end_time: "04:00"}]}]
      comment: the backup reads all disks`;

function Mutes({ zone, today, revision }: Props) {
  const text = useText().alarms.mutes;
  const mutes = useResource("mutes", revision, () => api.mutes().catch(nothingIfMissing));
  if (mutes.data === null) return null;
  return (
    <Panel title={text.again} unit={text.againUnit}>
      <Loaded of={mutes} empty="" isEmpty={() => false}>
        {(list) =>
          list?.length ? (
            <ul class="mute-list">
              {list.map((mute) => (
                <MuteLine key={mute.id} mute={mute} zone={zone} today={today} />
              ))}
            </ul>
          ) : (
            <NotSetUp about={text.noMute} setting={muteExample} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function MuteLine({ mute, zone, today }: { mute: Mute } & Pick<Props, "zone" | "today">) {
  const text = useText().alarms;
  const { name, matchers, times, timezone, from, to, comment, who, configured } = mute;
  return (
    <li>
      <span class="when">
        {writeTimes(times, text.mutes)}
        <small>
          {[
            timezone,
            isTime(from) && text.mutes.from(momentIn(from, zone, today)),
            isTime(to) && text.mutes.until(momentIn(to, zone, today)),
          ]
            .filter(Boolean)
            .join(", ")}
        </small>
      </span>
      <span class="what">
        {name && <b>{name} </b>}
        <code>{matchers.join(", ")}</code>
        <span class="sub">
          {[comment, configured ? text.mutes.configured : who && text.byWhom(who)]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
    </li>
  );
}
