import type { SearchHit } from "../api/told";
import { changesPath, defaultChanges, runPath } from "../changes/view";
import { modulePath } from "../state/view";

/** A piece of a snippet, of which some were asked for. */
export interface Piece {
  text: string;
  asked: boolean;
}

/** Splits a snippet at the marks around the words that were asked for. */
export function piecesOf(snippet: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [i, part] of snippet.split("\u0001").entries()) {
    const [asked = "", rest] = i === 0 ? ["", part] : part.split("\u0002", 2);
    if (asked) pieces.push({ text: asked, asked: true });
    if (rest) pieces.push({ text: rest, asked: false });
  }
  return pieces;
}

/** Where a hit leads, below the root; what has no page of its own lies with its module's facts. */
export function placeOf({ kind, id, path, url }: SearchHit): string {
  if (url) return url.replace(/^\//, "");
  if (kind === "module") return modulePath(id, "");
  if (kind === "run") return runPath(id);
  if (kind === "request") return changesPath({ ...defaultChanges, part: "requests", chosen: id });
  if (kind === "flow") return changesPath({ ...defaultChanges, part: "flows", chosen: id });
  if (path) return changesPath({ ...defaultChanges, part: "registry", chosen: path, search: path });
  return "";
}

/** The hits by kind, in the order in which the kinds come first. */
export function grouped(hits: SearchHit[]): [kind: string, hits: SearchHit[]][] {
  const groups = new Map<string, SearchHit[]>();
  for (const hit of hits) groups.set(hit.kind, [...(groups.get(hit.kind) ?? []), hit]);
  return [...groups];
}

/** The place of the next hit that is chosen, up or down; it stays among so many. */
export const moved = (at: number, step: number, of: number) => Math.min(Math.max(at + step, 0), of - 1);
