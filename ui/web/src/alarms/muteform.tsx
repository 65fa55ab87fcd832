import { api, InputError } from "../api/client";
import { ChoiceField } from "../changes/form";
import { useText } from "../text/language";
import { readMatchers } from "./matchers";
import { type Days, timesOf } from "./nightly";
import { addDays } from "./range";
import { writeMatcher, writeMatchers } from "./silence";
import { MatchersField, WhyFields } from "./silenceform";
import { writeTimes } from "./times";
import { TryForm, tryDays } from "./tryform";

interface Props {
  today: string; // YYYY-MM-DD
  onDone: () => void;
  onCancel: () => void;
  onGo: (path: string) => void;
}

const daysOffered: Days[] = ["all", "workdays", "weekend"];

/** How many days a mute lasts unless said otherwise, and at most. */
const usualDays = 30;
const mostDays = 399;

/** A mute that comes again each day between two hours, up to a last day. */
export function MuteForm({ today, ...rest }: Props) {
  const text = useText().alarms;
  const say = text.mutes;
  return (
    <TryForm
      label={say.newMute}
      action={say.makeMute}
      today={today}
      read={(value) => {
        const matchers = readMatchers(value("matchers"));
        if (!matchers) throw new InputError(say.badMatchers);
        const times = timesOf(value("start"), value("end"), value("days") as Days);
        const who = value("who").trim();
        const mute = {
          name: "",
          matchers: matchers.map(writeMatcher),
          times,
          from: "",
          to: value("to"),
          comment: value("comment").trim(),
          who,
        };
        return {
          said: `${writeMatchers(matchers)}, ${writeTimes(times, say)}, ${say.until(mute.to)}`,
          who,
          held: { mute, days: tryDays },
          make: () => api.mute(mute),
        };
      }}
      {...rest}
    >
      <MatchersField />
      <ChoiceField
        label={say.onDays}
        name="days"
        choices={daysOffered.map((days) => [days, say.days[days]])}
      />
      <div class="hours">
        <label class="field">
          {say.start}
          <input type="time" name="start" required defaultValue="02:00" />
        </label>
        <label class="field">
          {say.end}
          <input type="time" name="end" required defaultValue="04:00" />
        </label>
      </div>
      <label class="field">
        {say.lastDay}
        <input
          type="date"
          name="to"
          required
          min={today}
          max={addDays(today, mostDays)}
          defaultValue={addDays(today, usualDays)}
        />
      </label>
      <WhyFields />
    </TryForm>
  );
}
