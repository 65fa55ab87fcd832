import { useEffect, useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import type { Silence } from "../api/silences";
import { Loaded, Panel } from "../panel";
import { secondsBetween, span } from "../text/format";
import { useText } from "../text/language";
import { EndButton } from "./endbutton";
import { momentIn } from "./range";
import { writeMatchers } from "./silence";
import { SilenceForm } from "./silenceform";
import type { AlarmsView } from "./view";

interface Props {
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  revision: number;
  view: AlarmsView;
  onView: (view: AlarmsView) => void;
  onGo: (path: string) => void;
}

/** The silences that are in force or will be, and the way to another one. */
export function Silences({ zone, today, revision, view, onView, onGo }: Props) {
  const text = useText().alarms.mutes;
  const [changes, setChanges] = useState(0); // made here
  const asked = new URLSearchParams(location.search).get("silence") ?? ""; // matchers, from another page
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(asked !== ""), [asked]);
  const close = () => {
    setOpen(false);
    if (asked) onView(view); // whose URL asks no more: the page may be loaded again
  };
  const silences = useResource("silences", revision + changes, api.silences);
  return (
    <Panel title={text.silences} unit={text.silencesUnit}>
      {open ? (
        <SilenceForm
          key={asked}
          matchers={asked}
          zone={zone}
          today={today}
          onDone={() => {
            close();
            setChanges((n) => n + 1);
          }}
          onCancel={close}
          onGo={onGo}
        />
      ) : (
        <button type="button" class="action" onClick={() => setOpen(true)}>
          {text.newSilence}…
        </button>
      )}
      <Loaded of={silences} empty={text.noSilence} isEmpty={(all) => inForce(all).length === 0}>
        {(all) => (
          <ul class="mute-list">
            {inForce(all).map((silence) => (
              <SilenceLine
                key={silence.id}
                silence={silence}
                zone={zone}
                today={today}
                onExpired={() => setChanges((n) => n + 1)}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

/** Those that are not over, the next one to end first. */
export const inForce = (silences: Silence[]) =>
  silences
    .filter(({ status }) => status.state !== "expired")
    .sort((a, b) => Date.parse(a.endsAt) - Date.parse(b.endsAt));

interface LineProps {
  silence: Silence;
  zone: string | undefined;
  today: string;
  onExpired: () => void;
}

function SilenceLine({ silence, zone, today, onExpired }: LineProps) {
  const text = useText();
  const say = text.alarms.mutes;
  const { id, matchers, startsAt, endsAt, createdBy, comment, status } = silence;
  const now = new Date(serverNow()).toISOString();
  return (
    <li>
      <span class="when">
        {status.state === "pending"
          ? say.from(momentIn(startsAt, zone, today))
          : say.endsIn(span(secondsBetween(now, endsAt)))}
        <small>{say.until(momentIn(endsAt, zone, today))}</small>
      </span>
      <span class="what">
        <code>{writeMatchers(matchers)}</code>
        <span class="sub">
          {comment}
          {createdBy && ` · ${text.alarms.byWhom(createdBy)}`}
        </span>
      </span>
      <EndButton
        name={say.expire}
        label={say.expireOf(writeMatchers(matchers))}
        end={() => api.unsilence(id)}
        onEnded={onExpired}
      />
    </li>
  );
}
