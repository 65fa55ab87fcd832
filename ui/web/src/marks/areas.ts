import type { Mark } from "../api/marks";
import type { Area } from "../charts/marks";
import type { Text } from "../text/en";
import type { Draft } from "./draft";
import { fromWall, wallOf } from "./wall";

/** Whether a mark is of the node or of one above it, so that it counts for the node itself. */
export const countsFor = (mark: Mark, id: string) =>
  mark.path === "" || id === mark.path || id.startsWith(`${mark.path}/`);

/** The marks of a node on a chart of minutes, the draft last. */
export function dayAreas(
  marks: Mark[],
  id: string,
  draft: Draft | undefined,
  zone: string | undefined,
  text: Text["marks"],
): Area[] {
  const areas = marks
    .filter((m) => countsFor(m, id))
    .map((m): Area => ({ from: Date.parse(m.from) / 1000, to: Date.parse(m.to) / 1000, ...look(m, text) }));
  if (!draft) return areas;
  const at = (wall: string) => fromWall(wall, zone);
  return addDraft(areas, at(draft.from), at(draft.to), text);
}

/** The same on a chart of days, which is drawn as if the wall clock were UTC. */
export function trendAreas(marks: Mark[], id: string, draft: Draft | undefined, text: Text["marks"]): Area[] {
  const at = (wall: string) => Date.parse(`${wall}Z`) / 1000;
  const areas = marks
    .filter((m) => countsFor(m, id))
    .map((m): Area => ({ from: at(wallOf(m.from)), to: at(wallOf(m.to)), ...look(m, text) }));
  return draft ? addDraft(areas, at(draft.from), at(draft.to), text) : areas;
}

/** How many areas can be seen on a chart of these x. */
export function countShown(areas: Area[], [first, ...rest]: number[]): number {
  if (first === undefined) return 0;
  return areas.filter(({ from, to }) => to > first && from <= (rest.at(-1) ?? first)).length;
}

const look = (mark: Mark, text: Text["marks"]) => ({ label: text.kinds[mark.kind], draft: false });

/** A draft is drawn as soon as it is an interval. */
function addDraft(areas: Area[], from: number, to: number, text: Text["marks"]): Area[] {
  return from < to ? [...areas, { from, to, label: text.draft, draft: true }] : areas;
}
