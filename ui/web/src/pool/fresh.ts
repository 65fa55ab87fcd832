import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../api/client";

/** Between an answer and the next question, in milliseconds: after a slow answer longer, so that asking takes a small part of the time. */
export const pauseAfter = (took: number) => Math.min(Math.max(5_000, 5 * took), 60_000);

/** Without an answer for so many pauses, what is shown is old. */
const stalePauses = 4;

interface Held<T> {
  key: string;
  data?: T;
  at: number;
  pause: number;
  error?: Error;
}

export interface Fresh<T> {
  data: T | undefined; // while another key is loaded, the last one's
  old: boolean; // it is not yet what was asked for
  at: number; // when it was answered, Unix milliseconds
  pause: number; // before the next question, milliseconds
  error: Error | undefined; // of the last question
  again: () => void;
}

/**
 * Asks for data and again a little after each answer, as long as they are shown and the
 * page can be seen. The next question waits for the answer, however slow the line is.
 */
export function useFresh<T>(key: string, revision: number, shown: boolean, load: () => Promise<T>): Fresh<T> {
  const [held, setHeld] = useState<Held<T>>({ key, at: 0, pause: pauseAfter(0) });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    if (!shown) return;
    let over = false;
    let asking = false;
    let timer = 0;
    const ask = async () => {
      clearTimeout(timer);
      if (asking || document.hidden) return;
      asking = true;
      const began = Date.now();
      const answer = await latest.current().then(
        (data) => ({ key, data, at: serverNow(), pause: pauseAfter(Date.now() - began) }),
        (error: Error) => ({ error }),
      );
      asking = false;
      if (over) return;
      setHeld((h) =>
        "data" in answer ? answer : { ...(h.key === key ? h : { key, at: 0, pause: h.pause }), ...answer },
      );
      timer = window.setTimeout(ask, pauseAfter(Date.now() - began));
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [key, revision, shown, turn]);
  return {
    data: held.data,
    old: held.key !== key,
    at: held.at,
    pause: held.pause,
    error: held.error,
    again: () => setTurn((n) => n + 1),
  };
}

/** A decision comes each minute; after this time without one something is wrong. */
const lateMillis = 180_000;

/** For how many seconds nothing was decided; null while that is as it should be. */
export function lateSeconds(at: string | undefined, now: number): number | null {
  const age = now - Date.parse(at ?? "");
  return age > lateMillis ? Math.floor(age / 1000) : null;
}

/** For how many seconds data are too old to be called new; null while they are fresh. */
export function staleSeconds({ at, pause }: { at: number; pause: number }, now: number): number | null {
  return at > 0 && now - at > stalePauses * pause ? Math.floor((now - at) / 1000) : null;
}
