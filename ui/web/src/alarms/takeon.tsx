import type { Alarm, AlarmDetail } from "../api/alarms";
import { api } from "../api/client";
import { useAsksName } from "../me";
import { useText } from "../text/language";
import { AskForm } from "./askform";
import { keepName, keptName } from "./name";
import { silenceHours } from "./silence";

/** What somebody may do about who looks after an alarm. */
export type Turn = "ack" | "back";

/** Whether an alarm can be given back: somebody has taken it on, and it still fires. */
export const canGiveBack = (alarm: Alarm) => alarm.acked_at !== null && !alarm.ends_at;

interface Props {
  id: string;
  turn: Turn;
  onDone: (alarm: AlarmDetail) => void;
  onCancel: () => void;
}

/** Takes an alarm on, for how long and why, or gives it back before its time is up. */
export function TakeOn({ id, turn, onDone, onCancel }: Props) {
  const text = useText();
  const say = text.alarms;
  const asksName = useAsksName();
  const isBack = turn === "back";
  const lengths: [string, string][] = [
    ["", say.untilEnd],
    ...silenceHours.map((hours): [string, string] => [`${hours}h`, text.duration(hoursSpan(hours))]),
  ];
  return (
    <AskForm
      key={turn}
      about={isBack ? say.giveBackTitle : ""}
      fields={[
        { name: "reason", label: isBack ? text.changes.flows.why : say.why },
        ...(isBack ? [] : [{ name: "for", label: say.howLong, choices: lengths }]),
        ...(asksName ? [{ name: "who", label: say.author, value: keptName() }] : []),
      ]}
      action={isBack ? say.giveBack : say.acknowledge}
      onSend={async (said) => {
        if (said.who) keepName(said.who);
        onDone(await api.takeOn(id, isBack ? "DELETE" : "POST", said));
      }}
      onCancel={onCancel}
    />
  );
}

export const hoursSpan = (hours: number): [number, "h" | "d"] =>
  hours < 24 ? [hours, "h"] : [hours / 24, "d"];
