import { useEffect, useRef, useState } from "preact/hooks";
import { api, serverNow } from "../api/client";
import type { MutePreview } from "../api/mutes";
import type { SilenceBody } from "../api/silences";
import { Link } from "../link";
import { Failure } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import { OutcomeBadge } from "./badge";
import { readMatchers } from "./matchers";
import { keepName, keptName } from "./name";
import { nothingIfMissing } from "./notsetup";
import { momentIn } from "./range";
import { silenceFor, writeMatchers } from "./silence";
import { alarmPath } from "./view";
import { moment } from "./words";

interface Props {
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  onDone: () => void;
  onCancel: () => void;
  onGo: (path: string) => void;
}

/** How long a silence may be, in hours. */
const lengths = [1, 2, 4, 8, 24, 72, 168];

const tryDays = 7;

/** What is to be silenced, once it was seen what that would have hidden. */
interface Shown {
  body: SilenceBody;
  preview: MutePreview | null; // null: this server cannot tell
}

/** A silence that is made only after what it would have hidden in the last days was shown. */
export function SilenceForm({ zone, today, onDone, onCancel, onGo }: Props) {
  const text = useText();
  const say = text.alarms;
  const [shown, setShown] = useState<Shown>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    await work().catch(setFailure);
    setBusy(false);
  };
  const preview = () =>
    run(async () => {
      const body = readForm(form.current, say.mutes.badMatchers);
      keepName(body.createdBy);
      const answer = await api.tryMute({ silence: body, days: tryDays }).catch(nothingIfMissing);
      setShown({ body, preview: answer });
    });
  const keep = (body: SilenceBody) =>
    run(async () => {
      await api.silence(body);
      onDone();
    });
  return (
    <form
      ref={form}
      class="alarm-form silence-form"
      onSubmit={(e) => {
        e.preventDefault();
        if (shown) keep(shown.body);
        else preview();
      }}
      onInput={() => setShown(undefined)} // what was shown is of another silence
      onKeyDown={(e) => {
        if (e.key !== "Escape") return;
        e.stopPropagation(); // the page is not left
        onCancel();
      }}
    >
      <div class="fields">
        <label class="field wide">
          {say.mutes.matchers}
          <input type="text" name="matchers" required placeholder={'alertname="DiskFull", node=~"10.2.*"'} />
        </label>
        <label class="field">
          {say.mutes.length}
          <select name="hours">
            {lengths.map((hours) => (
              <option key={hours} value={hours}>
                {text.duration(hours < 24 ? [hours, "h"] : [hours / 24, "d"])}
              </option>
            ))}
          </select>
        </label>
        <label class="field wide">
          {say.comment}
          <input type="text" name="comment" required maxLength={500} placeholder={say.commentHint} />
        </label>
        <label class="field">
          {say.author}
          <input type="text" name="author" maxLength={100} defaultValue={keptName()} />
        </label>
      </div>
      {shown && <Preview {...shown} zone={zone} today={today} onGo={onGo} />}
      {failure && <Failure error={failure} />}
      <div class="actions">
        <button type="submit" class="main-action" disabled={busy}>
          {busy ? `${say.sending}…` : shown ? say.mutes.make : say.mutes.preview}
        </button>
        <button type="button" class="action" onClick={onCancel}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

/** The silence that the fields say, from now on; an error where its matchers are none. */
function readForm(form: HTMLFormElement | null, bad: string): SilenceBody {
  const data = new FormData(form ?? undefined);
  const value = (name: string) => `${data.get(name) ?? ""}`;
  const matchers = readMatchers(value("matchers"));
  if (!matchers) throw new Error(bad);
  return silenceFor(matchers, Number(value("hours")), serverNow(), value("author"), value("comment"));
}

/** What the silence would have hidden. */
function Preview({ body, preview, zone, today, onGo }: Shown & Pick<Props, "zone" | "today" | "onGo">) {
  const text = useText().alarms;
  const say = text.mutes;
  return (
    <div class="preview" role="status">
      <p>
        <code>{writeMatchers(body.matchers)}</code> {say.until(momentIn(body.endsAt, zone, today))}
      </p>
      {preview === null ? (
        <p>{say.cannotTell}</p>
      ) : (
        <>
          <p>
            <b>{say.wouldHide(tryDays, count(preview.hidden), count(preview.alarms), preview.told)}</b>{" "}
            {preview.late > 0 && say.late(preview.late)}
          </p>
          {preview.kinds.length > 0 && (
            <p class="reason">
              {preview.kinds.map(({ kind, alarms }) => `${kind} ${count(alarms)}`).join(" · ")}
            </p>
          )}
          <ul class="module-alarms">
            {preview.examples.slice(0, 5).map(({ id, name, began_at, outcome }) => (
              <li key={id}>
                <time datetime={began_at}>{moment(began_at, today)}</time>
                <OutcomeBadge outcome={outcome} />
                <Link to={alarmPath({ id, explain: false })} onGo={onGo}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
