import { useEffect, useState } from "preact/hooks";

/** As in the styles: below this width a row is a card. */
export const narrowQuery = "(max-width: 760px)";

/** Whether a media query holds, now and later. */
export function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
