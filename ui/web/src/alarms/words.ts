import type { Alarm, Component } from "../api/alarms";
import { namesOf } from "../state/view";
import type { Text } from "../text/en";
import { clock, secondsBetween, span } from "../text/format";

/** The wall clock of an RFC 3339 time, with the day before it unless that is today. */
export const moment = (time: string, today: string) =>
  time.slice(0, 10) === today ? clock(time) : `${time.slice(5, 10)} ${clock(time)}`;

/** Where an alarm rings: its node of the tree, the device, or what its alarms share; empty if nothing is known. */
export function whereOf({ path, node, cause }: Pick<Alarm, "path" | "node" | "cause">): string {
  if (path) return namesOf(path).join(" › ");
  return node || (cause ? componentOf(cause.component) : "");
}

/** As in "rack r12". */
export const componentOf = ({ kind, name }: Component) => `${kind} ${name}`;

/** What its sender says in short, else why it came out as it did. */
export const summaryOf = ({ annotations, reason }: Pick<Alarm, "annotations" | "reason">) =>
  saidOf({ annotations }) || reason;

/** What its sender says in short; empty if it says nothing. */
export const saidOf = ({ annotations }: Pick<Alarm, "annotations">) =>
  annotations.summary || annotations.description || annotations.message || "";

/** An alarm in sentences: how long it fires, what became of it and why, who takes care of it. */
export function headline(alarm: Alarm, now: string, today: string, text: Text["alarms"]): string {
  const { starts_at: from, ends_at: to, outcome, reason, acked_at, acked_by, acked_until } = alarm;
  const lasts = span(secondsBetween(from, to ?? now));
  const fires = to
    ? text.fired(moment(from, today), moment(to, today), lasts)
    : text.fires(moment(from, today), lasts);
  const { colon, stop, space } = text.marks;
  const verdict = `${text.verdicts[outcome]}${colon}${endSentence(reason || text.noReason, stop)}`;
  const taken = acked_at
    ? text.takenOn(
        acked_by,
        moment(acked_at, today),
        acked_until && text.untilTime(moment(acked_until, today)),
      )
    : "";
  return [fires, verdict, taken].filter(Boolean).join(space);
}

/** The server's reasons are sentences without a full stop, or with one. */
const endSentence = (sentence: string, stop: string) =>
  /[.!?。]$/.test(sentence) ? sentence : `${sentence}${stop}`;

/** What is safe to open: a sender may write anything into an annotation. */
export function linkOf(value: string): string | undefined {
  try {
    const url = new URL(value);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}
