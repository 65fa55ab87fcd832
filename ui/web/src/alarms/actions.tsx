import { useState } from "preact/hooks";
import type { AlarmDetail } from "../api/alarms";
import { api, serverNow } from "../api/client";
import { useKeys } from "../keys";
import { Link } from "../link";
import { markPath } from "../module/mark";
import { useText } from "../text/language";
import { AskForm } from "./askform";
import { keepName, keptName } from "./name";
import { momentIn, todayIn } from "./range";
import { matchersOf, silenceFor, silenceHours, writeMatchers } from "./silence";
import { type AlarmView, alarmPath } from "./view";

interface Props {
  alarm: AlarmDetail;
  view: AlarmView;
  zone: string | undefined;
  onChange: (alarm: AlarmDetail) => void;
  onGo: (path: string) => void;
}

/** What is under way: nothing, an acknowledgement, or a silence of so many hours. */
type Step = "" | "ack" | number;

/** What can be done about an alarm. */
export function Actions({ alarm, view, zone, onChange, onGo }: Props) {
  const text = useText();
  const say = text.alarms;
  const [step, setStep] = useState<Step>("");
  const [done, setDone] = useState("");
  const canAck = !alarm.closed_at && (!alarm.acked_at || alarm.acked_until !== null);
  useKeys(canAck ? { a: () => setStep("ack") } : {});
  const until = alarm.ends_at ?? new Date(serverNow()).toISOString();
  return (
    <div class="alarm-actions">
      <div class="actions">
        {canAck && (
          <button
            type="button"
            class="main-action"
            title={say.acknowledgeTitle}
            aria-keyshortcuts="a"
            onClick={() => setStep("ack")}
          >
            {say.acknowledge}
          </button>
        )}
        <fieldset class="silence">
          <legend>{say.silence}</legend>
          {silenceHours.map((hours) => (
            <button
              key={hours}
              type="button"
              class="action"
              aria-pressed={step === hours}
              aria-label={say.silenceFor(hoursSpan(hours))}
              onClick={() => setStep(hours)}
            >
              {text.duration(hoursSpan(hours))}
            </button>
          ))}
        </fieldset>
        {alarm.path && (
          <Link
            to={markPath(alarm.path, alarm.starts_at, until)}
            onGo={onGo}
            class="action"
            title={say.incidentTitle}
          >
            {say.incident}
          </Link>
        )}
        <Link
          to={alarmPath({ ...view, explain: !view.explain })}
          onGo={onGo}
          class="action"
          current={view.explain}
        >
          {say.explain}
        </Link>
      </div>
      {done && <p role="status">{done}</p>}
      {step === "ack" && canAck && (
        <AskForm
          about=""
          fields={[
            { name: "why", label: say.why },
            {
              name: "lasts",
              label: say.howLong,
              choices: [
                ["", say.untilEnd],
                ...silenceHours.map((hours): [string, string] => [
                  `${hours}h`,
                  text.duration(hoursSpan(hours)),
                ]),
              ],
            },
          ]}
          action={say.acknowledge}
          onSend={async ({ why = "", lasts = "" }) => {
            onChange(await api.acknowledge(alarm.id, why, lasts));
            setStep("");
          }}
          onCancel={() => setStep("")}
        />
      )}
      {typeof step === "number" && (
        <AskForm
          key={step}
          about={say.silences(writeMatchers(matchersOf(alarm.labels)))}
          fields={[
            { name: "comment", label: say.comment, hint: say.commentHint, needed: true },
            { name: "author", label: say.author, value: keptName() },
          ]}
          action={say.silenceFor(hoursSpan(step))}
          onSend={async ({ comment = "", author = "" }) => {
            keepName(author);
            const silence = silenceFor(matchersOf(alarm.labels), step, serverNow(), author, comment);
            await api.silence(silence);
            setDone(say.silencedUntil(momentIn(silence.endsAt, zone, todayIn(zone))));
            setStep("");
          }}
          onCancel={() => setStep("")}
        />
      )}
    </div>
  );
}

const hoursSpan = (hours: number): [number, "h" | "d"] => (hours < 24 ? [hours, "h"] : [hours / 24, "d"]);
