import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../api/client";

const everyMillis = 5_000;

/** The server's time in Unix milliseconds, again every few seconds while the page is there. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMillis);
    return () => clearInterval(timer);
  }, []);
  return now;
}
