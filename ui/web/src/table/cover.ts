import { readMatchers } from "../alarms/matchers";
import type { Run } from "../api/flows";
import type { Lease, Mute } from "../api/mutes";
import type { Matcher, Silence } from "../api/silences";
import { isUnder } from "./entries";

/** Something that keeps alarms of a row back. */
export interface Hush {
  kind: "mute" | "silence" | "change";
  name: string;
  until: string | null; // null: for as long as it is there
  partly: boolean; // only alarms with some labels more
}

/** A change that runs at a row, or above or below it. */
export interface Change {
  run: string; // id of a run of a flow here; "" for one that another system has told of
  name: string;
  who: string;
  at: string; // id of the node that it changes
}

/** What is in effect at a row. */
export interface Cover {
  hushes: Hush[];
  changes: Change[];
  unread?: string | undefined; // why there may be more; nothing where all could be read
}

export interface Effects {
  mutes: Mute[];
  silences: Silence[];
  leases: Lease[];
  runs: Run[];
  unread?: string; // why some of them could not be read
}

/** The values of a node's labels; those below it have none. */
const labelOf = (path: string[], levels: string[], name: string) => path[levels.indexOf(name)] ?? "";

/** A matcher as a function; one that this browser cannot read matches nothing. */
function tester({ value, isRegex, isEqual }: Matcher): (text: string) => boolean {
  if (!isRegex) return (text) => (text === value) === isEqual;
  try {
    const whole = new RegExp(`^(?:${value})$`, "s");
    return (text) => whole.test(text) === isEqual;
  } catch {
    return () => false;
  }
}

type Test = (path: string[]) => boolean;

/**
 * Whether matchers cover the alarms of a node, all of them or only those with other
 * labels too. Matchers that do not look at the business tree are of no row.
 */
export function covers(matchers: Matcher[], levels: string[]): { test: Test; partly: boolean } | undefined {
  const placed = matchers.filter(({ name }) => levels.includes(name));
  if (placed.length === 0) return undefined;
  const tests = placed.map((m) => [m.name, tester(m)] as const);
  return {
    test: (path) => tests.every(([name, test]) => test(labelOf(path, levels, name))),
    partly: placed.length < matchers.length,
  };
}

interface Rule {
  test: (id: string, path: string[]) => boolean;
  hush?: Hush;
  change?: Change;
}

const isNear = (id: string, at: string) => isUnder(id, at) || isUnder(at, id);

function hush(kind: Hush["kind"], name: string, until: string | null, matchers: Matcher[], levels: string[]) {
  const by = covers(matchers, levels);
  return by
    ? [{ test: (_: string, path: string[]) => by.test(path), hush: { kind, name, until, partly: by.partly } }]
    : [];
}

function rulesOf({ mutes, silences, leases, runs }: Effects, levels: string[]): Rule[] {
  const open = leases.filter((lease) => !lease.how);
  const listed = new Set(runs.map((run) => run.lease));
  return [
    ...mutes
      .filter((m) => m.active)
      .flatMap((m) =>
        hush("mute", m.name || m.comment || m.id, m.change, readMatchers(m.matchers.join(",")) ?? [], levels),
      ),
    ...silences
      .filter((s) => s.status.state === "active")
      .flatMap((s) => hush("silence", s.comment || s.createdBy, s.endsAt, s.matchers, levels)),
    ...open.flatMap(({ paths, kind, run, until, effect, id, who }) =>
      paths.flatMap((at): Rule[] => [
        {
          test: (row) => isUnder(row, at),
          hush: { kind: "change", name: kind || run, until, partly: effect.length > 0 },
        },
        ...(listed.has(id)
          ? []
          : [{ test: (row: string) => isNear(row, at), change: { run: "", name: kind || run, who, at } }]),
      ]),
    ),
    ...runs.flatMap(({ module, id, flow, who }) =>
      module
        ? [{ test: (row: string) => isNear(row, module), change: { run: id, name: flow, who, at: module } }]
        : [],
    ),
  ];
}

/** Tells of a node what is in effect there; undefined where it is known that nothing is. */
export function coverer(effects: Effects, levels: string[]) {
  const rules = rulesOf(effects, levels);
  return (id: string, path: string[]): Cover | undefined => {
    const here = rules.filter(({ test }) => test(id, path));
    const { unread } = effects;
    if (here.length === 0 && !unread) return undefined;
    return {
      hushes: here.flatMap((r) => r.hush ?? []),
      changes: here.flatMap((r) => r.change ?? []),
      unread,
    };
  };
}
