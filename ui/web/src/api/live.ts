import { useEffect, useRef, useState } from "preact/hooks";
import { useLocale } from "../text/language";
import { root } from "./client";
import type { Progress } from "./types";

/** What the event stream tells: how often a snapshot came, what is being loaded. */
export interface Live {
  revision: number;
  runs: number; // how often runs of flows have changed
  connected: boolean;
  progress: Progress[] | null;
  /** The time of the snapshot that is shown: its own event asks for nothing. */
  shown: { current: string | undefined };
}

/** Several snapshots in a row, as when history is loaded, are fetched once. */
const debounceMillis = 250;

/** Between a refusal of the event stream and the next try, in milliseconds. */
const againMillis = 5000;

/** Follows the server's event stream; the browser reconnects by itself unless it was refused. */
export function useLive(): Live {
  const [live, setLive] = useState<Omit<Live, "shown">>({
    revision: 0,
    runs: 0,
    connected: true,
    progress: null,
  });
  const shown = useRef<string | undefined>(undefined);
  useEffect(() => {
    let timer = 0;
    let again = 0;
    let source: EventSource;
    const bump = (published?: string) => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        if (published && published === shown.current) return;
        setLive((l) => ({ ...l, revision: l.revision + 1 }));
      }, debounceMillis);
    };
    let lost = false;
    const follow = () => {
      source = new EventSource(new URL("api/v1/live", root));
      source.addEventListener("snapshot", (e) => bump(readPublished(e.data)));
      source.addEventListener("runs", () => setLive((l) => ({ ...l, runs: l.runs + 1 })));
      source.addEventListener("progress", (e) => {
        const progress = readProgress(e.data);
        if (progress) setLive((l) => ({ ...l, progress }));
      });
      source.onopen = () => {
        setLive((l) => ({ ...l, connected: true }));
        if (lost) bump(); // snapshots may have been missed
        lost = false;
      };
      source.onerror = () => {
        lost = true;
        setLive((l) => ({ ...l, connected: false }));
        if (source.readyState === EventSource.CLOSED) again = window.setTimeout(follow, againMillis);
      };
    };
    follow();
    return () => {
      clearTimeout(timer);
      clearTimeout(again);
      source.close();
    };
  }, []);
  return { ...live, shown };
}

/** When the snapshot was published, as the server wrote it. */
export function readPublished(data: string): string | undefined {
  try {
    return (JSON.parse(data) as { published?: string }).published;
  } catch {
    return undefined;
  }
}

/** The event holds one step or all of them. */
export function readProgress(data: string): Progress[] | null {
  try {
    const value = JSON.parse(data) as Progress | Progress[] | null;
    return value === null ? [] : Array.isArray(value) ? value : [value];
  } catch {
    return null;
  }
}

export interface Resource<T> {
  data: T | undefined;
  error: Error | undefined;
  mutate: (change: (data: T) => T) => void;
}

/** What was asked for before there was a page to draw, by the key of its resource; each serves once. */
const early = new Map<string, { answer: Promise<unknown>; data?: unknown }>();

/** Asks for a resource that will be used; ends with the answer, however it went. */
export function askEarly(key: string, load: () => Promise<unknown>): Promise<unknown> {
  const asked: { answer: Promise<unknown>; data?: unknown } = { answer: load() };
  early.set(key, asked);
  return asked.answer.then(
    (data) => {
      asked.data = data;
    },
    () => {}, // whose resource it is tells
  );
}

/**
 * Loads data for a key and again with every revision and in every language. While a newer revision
 * is under way the older data stay; another key starts empty.
 */
export function useResource<T>(key: string, revision: number, load: () => Promise<T>): Resource<T> {
  const [held, setHeld] = useState<{ key: string; data?: T; error?: Error }>(() => {
    const data = early.get(key)?.data as T | undefined;
    return data === undefined ? { key } : { key, data };
  });
  const newest = useRef(0);
  const locale = useLocale();
  // The key stands for all that load reads.
  useEffect(() => {
    const ticket = ++newest.current;
    const asked = early.get(key);
    early.delete(key);
    if (asked?.data !== undefined) return;
    ((asked?.answer as Promise<T> | undefined) ?? load()).then(
      (data) => ticket === newest.current && setHeld({ key, data }),
      (error: Error) =>
        ticket === newest.current && setHeld((h) => (h.key === key ? { ...h, error } : { key, error })),
    );
  }, [key, revision, locale]);
  const current = held.key === key ? held : { key };
  return {
    data: current.data,
    error: current.error,
    mutate: (change) => setHeld((h) => (h.data === undefined ? h : { ...h, data: change(h.data) })),
  };
}
