import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Sparkline, Sparklines } from "../api/types";

/** Rows that are asked for at once: the first ones are seen while the others come. */
const batch = 10;

/** Asked for when scrolling pauses; rows that only pass by are not. */
const pauseMillis = 120;

/** Of how many rows the pictures are kept. */
const mostKept = 600;

interface Kept {
  line: Sparkline;
  until: number; // Unix seconds at which a step more is there
}

/** Pictures by model and id. */
type Album = ReadonlyMap<string, Kept>;

const key = (model: string, id: string) => `${model} ${id}`;

/** Which of the rows in sight have no picture, or one that lacks a step by now. */
export const missing = (ids: string[], model: string, album: Album, now: number): string[] =>
  ids.filter((id) => (album.get(key(model, id))?.until ?? 0) <= now);

/** The album with an answer, and without the oldest where it was full; an answer of old steps counts for a minute. */
export function paste(
  album: Album,
  model: string,
  { lines, from, step_seconds }: Sparklines,
  now: number,
): Album {
  const before = album.size > mostKept ? [...album].slice(-mostKept / 2) : album;
  const until = ({ load }: Sparkline) => Math.max(from + step_seconds * (load.length + 1), now + 60);
  return new Map([
    ...before,
    ...lines.map((line) => [key(model, line.id), { line, until: until(line) }] as const),
  ]);
}

/**
 * The small pictures of the rows in sight. now is the end of the minute that the
 * table shows, in Unix seconds; NaN asks for nothing.
 */
export function useSparks(ids: string[], model: string, now: number): (id: string) => Sparkline | undefined {
  const [album, setAlbum] = useState<Album>(new Map());
  const newest = useRef(album);
  newest.current = album;
  const sight = ids.join("\n");
  useEffect(() => {
    if (Number.isNaN(now)) return;
    const left = new AbortController();
    const fetchAll = async () => {
      let rest = missing(ids, model, newest.current, now);
      for (; rest.length > 0; rest = rest.slice(batch)) {
        const answer = await api.sparklines(rest.slice(0, batch), model, left.signal);
        setAlbum((before) => paste(before, model, answer, now));
      }
    };
    // What fails is asked for again with the next minute; the page tells that the server is gone.
    const timer = setTimeout(() => fetchAll().catch(() => {}), pauseMillis);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [sight, model, now]);
  return (id) => album.get(key(model, id))?.line;
}
