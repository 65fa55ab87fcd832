import { useEffect } from "preact/hooks";

/** The title of the browser's tab while a page is shown. */
export function useTitle(name: string | undefined) {
  useEffect(() => {
    document.title = name ? `${name} · Headroom` : "Headroom";
    return () => {
      document.title = "Headroom";
    };
  }, [name]);
}
