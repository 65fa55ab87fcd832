import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { MutePreview, Try } from "../api/mutes";
import { Link } from "../link";
import { SendForm } from "../sendform";
import type { Text } from "../text/en";
import { clock, count } from "../text/format";
import { useText } from "../text/language";
import { OutcomeBadge } from "./badge";
import { keepName } from "./name";
import { alarmPath } from "./view";
import { moment } from "./words";

/** What a form says, once it could be read. */
export interface Wanted {
  said: string; // in words
  who: string;
  held: Try; // against the past days
  make: () => Promise<unknown>;
}

interface Props {
  label: string;
  action: string;
  today: string; // YYYY-MM-DD
  read: (value: (name: string) => string) => Wanted; // throws where a field says nothing that can be read
  onDone: () => void;
  onCancel: () => void;
  onGo: (path: string) => void;
  children: ComponentChildren; // the fields
}

/** How many days a silence or mute is held against. */
export const tryDays = 7;

interface Shown {
  wanted: Wanted;
  preview: MutePreview;
}

/** Something that hides alarms, which is made only after what it would have hidden was shown. */
export function TryForm({ label, action, today, read, onDone, onCancel, onGo, children }: Props) {
  const text = useText().alarms;
  const [shown, setShown] = useState<Shown>();
  return (
    <SendForm
      class="try-form"
      label={label}
      below={shown && <Preview {...shown} today={today} onGo={onGo} />}
      buttons={[{ label: shown ? action : text.mutes.preview }]}
      onInput={() => setShown(undefined)} // what was shown is of another one
      onSend={async (values) => {
        if (shown) return shown.wanted.make().then(onDone);
        const wanted = read((name) => values[name] ?? "");
        keepName(wanted.who);
        setShown({ wanted, preview: await api.tryMute(wanted.held) });
      }}
      onCancel={onCancel}
    >
      {children}
    </SendForm>
  );
}

const examples = 5;

/** A time at which a mute holds, in the server's zone: "Thu 12-03 02:00–04:00". */
export function spanOf(from: string, to: string, text: Text["alarms"]["mutes"]): string {
  const day = (time: string) => time.slice(0, 10);
  const weekday = Object.values(text.weekdays)[(new Date(day(from)).getUTCDay() + 6) % 7];
  const end = day(to) === day(from) ? "" : `${to.slice(5, 10)} `;
  return `${weekday} ${from.slice(5, 10)} ${clock(from)}–${end}${clock(to)}`;
}

/** What would have been hidden in the past days. */
function Preview({ wanted, preview, today, onGo }: Shown & Pick<Props, "today" | "onGo">) {
  const text = useText().alarms;
  const say = text.mutes;
  return (
    <div class="preview" role="status">
      <p>{wanted.said}</p>
      <p>
        <b>{say.wouldHide(tryDays, count(preview.hidden), count(preview.alarms), preview.told)}</b>{" "}
        {preview.late > 0 && say.late(preview.late)} {preview.cut && say.cut(count(preview.alarms))}
      </p>
      {preview.kinds.length > 0 && (
        <p class="reason">
          {preview.kinds.map(({ kind, alarms }) => `${kind} ${count(alarms)}`).join(" · ")}
        </p>
      )}
      {"mute" in wanted.held && (
        <>
          <p>{preview.next.length > 0 ? say.nextTimes : say.never}</p>
          <ol class="next-times">
            {preview.next.map(({ from, to }) => (
              <li key={from}>{spanOf(from, to, text.mutes)}</li>
            ))}
          </ol>
        </>
      )}
      <ul class="module-alarms">
        {preview.examples.slice(0, examples).map(({ id, name, began_at, outcome }) => (
          <li key={id}>
            <time datetime={began_at}>{moment(began_at, today)}</time>
            <OutcomeBadge outcome={outcome} />
            <Link to={alarmPath({ id, explain: false })} onGo={onGo}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
