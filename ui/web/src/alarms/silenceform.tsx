import { api, InputError, serverNow } from "../api/client";
import { ChoiceField, TextField } from "../changes/form";
import { useText } from "../text/language";
import { readMatchers } from "./matchers";
import { keptName } from "./name";
import { momentIn } from "./range";
import { silenceFor, writeMatchers } from "./silence";
import { TryForm, tryDays } from "./tryform";

interface Props {
  matchers: string; // to begin with
  zone: string | undefined;
  today: string; // YYYY-MM-DD
  onDone: () => void;
  onCancel: () => void;
  onGo: (path: string) => void;
}

/** How long a silence may be, in hours. */
const lengths = [1, 2, 4, 8, 24, 72, 168];

/** A silence from now on. */
export function SilenceForm({ matchers, zone, today, ...rest }: Props) {
  const text = useText();
  const say = text.alarms.mutes;
  return (
    <TryForm
      label={say.newSilence}
      action={say.make}
      today={today}
      read={(value) => {
        const read = readMatchers(value("matchers"));
        if (!read) throw new InputError(say.badMatchers);
        const who = value("who").trim();
        const silence = silenceFor(read, Number(value("hours")), serverNow(), who, value("comment"));
        return {
          said: `${writeMatchers(read)}, ${say.until(momentIn(silence.endsAt, zone, today))}`,
          who,
          held: { silence, days: tryDays },
          make: () => api.silence(silence),
        };
      }}
      {...rest}
    >
      <MatchersField value={matchers} />
      <ChoiceField
        label={say.length}
        name="hours"
        choices={lengths.map((hours) => [
          `${hours}`,
          text.duration(hours < 24 ? [hours, "h"] : [hours / 24, "d"]),
        ])}
      />
      <WhyFields />
    </TryForm>
  );
}

export function MatchersField({ value }: { value?: string }) {
  const text = useText().alarms;
  return (
    <TextField label={text.mutes.matchers} name="matchers" needed value={value} hint={'alertname="Dead"'} />
  );
}

/** Why nobody is to be told, and who says so. */
export function WhyFields() {
  const text = useText().alarms;
  return (
    <>
      <TextField label={text.comment} name="comment" needed maxLength={150} hint={text.commentHint} />
      <TextField label={text.author} name="who" maxLength={100} value={keptName()} />
    </>
  );
}
