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
import { canGiveBack, hoursSpan, TakeOn, type Turn } from "./takeon";
import { type AlarmView, alarmPath } from "./view";

interface Props {
  alarm: AlarmDetail;
  view: AlarmView;
  zone: string | undefined;
  onChange: (alarm: AlarmDetail) => void;
  onGo: (path: string) => void;
}

/** What is under way: nothing, an acknowledgement or its end, or a silence of so many hours. */
type Step = "" | Turn | number;

/** What can be done about an alarm. */
export function Actions({ alarm, view, zone, onChange, onGo }: Props) {
  const text = useText();
  const say = text.alarms;
  const [step, setStep] = useState<Step>("");
  const [done, setDone] = useState("");
  const canAck = !alarm.closed_at && (!alarm.acked_at || alarm.acked_until !== null);
  const canBack = canGiveBack(alarm);
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
        {canBack && (
          <button type="button" class="action" title={say.giveBackTitle} onClick={() => setStep("back")}>
            {say.giveBack}
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
      {((step === "ack" && canAck) || (step === "back" && canBack)) && (
        <TakeOn
          id={alarm.id}
          turn={step}
          onDone={(now) => {
            onChange(now);
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
