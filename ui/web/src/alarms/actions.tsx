import { useEffect, useRef, useState } from "preact/hooks";
import type { AlarmDetail } from "../api/alarms";
import { api, serverNow } from "../api/client";
import { useKeys } from "../keys";
import { Link } from "../link";
import { toWall } from "../marks/wall";
import { markPath } from "../module/mark";
import { Failure } from "../notice";
import { useText } from "../text/language";
import { keepName, keptName } from "./name";
import { matchersOf, silenceHours, silenceOf, writeMatchers } from "./silence";
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
  const canAck = !alarm.closed_at && !alarm.acked_at;
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
        <Form
          about=""
          fields={[{ name: "why", label: say.why }]}
          action={say.acknowledge}
          onSend={async ({ why = "" }) => {
            onChange(await api.acknowledge(alarm.id, why));
            setStep("");
          }}
          onCancel={() => setStep("")}
        />
      )}
      {typeof step === "number" && (
        <Form
          key={step}
          about={say.silences(writeMatchers(matchersOf(alarm.labels)))}
          fields={[
            { name: "comment", label: say.comment, hint: say.commentHint, required: true },
            { name: "author", label: say.author, value: keptName() },
          ]}
          action={say.silenceFor(hoursSpan(step))}
          onSend={async ({ comment = "", author = "" }) => {
            keepName(author);
            const silence = silenceOf(alarm.labels, step, serverNow(), author, comment);
            await api.silence(silence);
            setDone(say.silencedUntil(wallClock(silence.endsAt, zone)));
            setStep("");
          }}
          onCancel={() => setStep("")}
        />
      )}
    </div>
  );
}

const hoursSpan = (hours: number): [number, "h" | "d"] => (hours < 24 ? [hours, "h"] : [hours / 24, "d"]);

/** Day and minute on the server's clock. */
const wallClock = (time: string, zone: string | undefined) =>
  toWall(Date.parse(time) / 1000, zone).replace("T", " ");

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  required?: boolean;
}

interface FormProps {
  about: string;
  fields: FieldProps[];
  action: string;
  onSend: (values: Record<string, string>) => Promise<void>;
  onCancel: () => void;
}

/** A few lines of text that are sent; Esc leaves it. */
function Form({ about, fields, action, onSend, onCancel }: FormProps) {
  const text = useText().alarms;
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    setSending(true);
    setFailure(undefined);
    try {
      await onSend(Object.fromEntries([...data].map(([name, value]) => [name, `${value}`])));
    } catch (error) {
      setFailure(error as Error);
    }
    setSending(false);
  };
  return (
    <form
      ref={form}
      class="alarm-form"
      onSubmit={send}
      onKeyDown={(e) => {
        if (e.key === "Escape") onCancel();
      }}
    >
      {about && <p>{about}</p>}
      <div class="fields">
        {fields.map(({ name, label, hint = "", value = "", required = false }) => (
          <label key={name} class="field">
            {label}
            <input
              type="text"
              name={name}
              placeholder={hint}
              defaultValue={value}
              maxLength={500}
              required={required}
            />
          </label>
        ))}
      </div>
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" disabled={sending}>
          {sending ? `${text.sending}…` : action}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}
