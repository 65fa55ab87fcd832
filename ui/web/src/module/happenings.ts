import { readMatchers } from "../alarms/matchers";
import type { Alarm } from "../api/alarms";
import type { Happening } from "../api/fleet";
import type { Run } from "../api/flows";
import type { Lease, Mute } from "../api/mutes";
import type { Silence } from "../api/silences";
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
  const lanes: Lanes = {
    changes: [
      ...h.runs.map((r) => ({
        id: r.id,
        from: at(r.started ?? r.created),
        to: until(r.ended, now),
        text: say.run(r.flow, text.changes.runs.states[r.state]),
        look: r.state,
      })),
      ...h.facts.map((f) => ({
        id: `${f.at} ${f.title}`,
        from: at(f.at),
        to: at(f.at),
        text: f.title,
        look: "fact",
      })),
    ],
    mutes: [
      ...h.leases
        .filter((l) => l.paths.some((path) => isUnder(id, path)))
        .map((l) => ({
          id: l.id,
          from: at(l.started_at),
          to: until(l.ended_at, now),
          text: say.lease(l.kind, l.run),
          look: l.ended_at ? "over" : "on",
        })),
      ...h.silences
        .filter((s) => covers(s.matchers, levels)?.test(names))
        .map((s) => ({
          id: s.id,
          from: at(s.startsAt),
          to: at(s.endsAt),
          text: say.silence(s.comment),
          look: s.status.state === "active" ? "on" : "over",
        })),
      ...h.mutes
        .filter((m) => m.active && covers(readMatchers(m.matchers.join(",")) ?? [], levels)?.test(names))
        .map((m) => ({
          id: m.id,
          from: now,
          to: m.change ? at(m.change) : now,
          text: say.mute(m.name || m.comment),
          look: "on",
        })),
    ],
    alarms: h.alarms.map((a) => ({
      id: a.id,
      from: at(a.starts_at),
      to: until(a.ends_at, now),
      text: `${a.kind}: ${text.alarms.outcomes[a.outcome]}`,
      look: a.outcome,
    })),
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
