import { readMatchers } from "../alarms/matchers";
import type { Alarm } from "../api/alarms";
import type { Happening } from "../api/fleet";
import type { Run } from "../api/flows";
import type { Lease, Mute } from "../api/mutes";
import type { Matcher, Silence } from "../api/silences";
import { namesOf } from "../state/view";
import { covers } from "../table/cover";
import { isUnder } from "../table/entries";
import type { Text } from "../text/en";

// What happened in the hours of a chart, in lanes below it: changes, mutes, alarms.

/** Something that happened or held for a while; times are Unix seconds. */
export interface Bar {
  id: string;
  from: number;
  to: number; // the same as from: a moment
  text: string;
  look: string; // what it is, as a class
}

export type LaneName = "changes" | "mutes" | "alarms";
export type Lanes = Record<LaneName, Bar[]>;

/** What is asked of the server for the lanes. */
export interface Happened {
  runs: Run[];
  facts: Happening[];
  leases: Lease[];
  silences: Silence[];
  mutes: Mute[];
  alarms: Alarm[];
}

const at = (time: string) => Date.parse(time) / 1000;
const until = (time: string | null | undefined, now: number) => (time ? at(time) : now);

/** The lanes of a node, each from its first happening on. */
export function lanesOf(h: Happened, id: string, levels: string[], now: number, text: Text): Lanes {
  const say = text.module.lanes;
  const names = namesOf(id);
  const bar = (id: string, from: number, to: number, text: string, look: string): Bar => ({
    id,
    from,
    to,
    text,
    look,
  });
  const onOff = (on: boolean) => (on ? "on" : "over");
  const hides = (matchers: Matcher[]) => covers(matchers, levels)?.test(names);
  const lanes: Lanes = {
    changes: [
      ...h.runs.map((r) =>
        bar(
          r.id,
          at(r.started ?? r.created),
          until(r.ended, now),
          say.run(r.flow, text.changes.runs.states[r.state]),
          r.state,
        ),
      ),
      ...h.facts.map((f) => bar(`${f.at} ${f.title}`, at(f.at), at(f.at), f.title, "fact")),
    ],
    mutes: [
      ...h.leases
        .filter((l) => l.paths.some((path) => isUnder(id, path)))
        .map((l) =>
          bar(l.id, at(l.started_at), until(l.ended_at, now), say.lease(l.kind, l.run), onOff(!l.ended_at)),
        ),
      ...h.silences
        .filter((s) => hides(s.matchers))
        .map((s) =>
          bar(s.id, at(s.startsAt), at(s.endsAt), say.silence(s.comment), onOff(s.status.state === "active")),
        ),
      ...h.mutes
        .filter((m) => m.active && hides(readMatchers(m.matchers.join(",")) ?? []))
        .map((m) => bar(m.id, now, until(m.change, now), say.mute(m.name || m.comment), "on")),
    ],
    alarms: h.alarms.map((a) =>
      bar(
        a.id,
        at(a.starts_at),
        until(a.ends_at, now),
        `${a.kind}: ${text.alarms.outcomes[a.outcome]}`,
        a.outcome,
      ),
    ),
  };
  for (const bars of Object.values(lanes)) bars.sort((a, b) => a.from - b.from);
  return lanes;
}

/** Where a bar stands in the hours that are shown, in percent of them; null if it does not. */
export function placeOf({ from, to }: Bar, first: number, last: number) {
  if (to < first || from > last || last <= first) return null;
  const percent = (x: number) => (100 * (Math.min(Math.max(x, first), last) - first)) / (last - first);
  return { left: percent(from), width: percent(to) - percent(from) };
}
