import { useEffect } from "preact/hooks";

/** The title of the browser's tab while a page is shown; a hidden page has no name. */
export function useTitle(name: string | undefined) {
  useEffect(() => {
    if (!name) return;
    const own = `${name} · Headroom`;
    document.title = own;
    return () => {
      if (document.title === own) document.title = "Headroom"; // else the next page has come first
    };
  }, [name]);
}
