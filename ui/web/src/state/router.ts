import { useCallback, useEffect, useState } from "preact/hooks";
import { root } from "../api/client";
import { isSamePlace } from "./query";
import { type Route, readRoute } from "./view";

/** The page that the URL names. */
export const routeHere = (): Route => {
  const base = new URL(root).pathname;
  return readRoute(location.pathname.slice(base.length), location.search);
};

export interface Router {
  route: Route;
  /** Goes to a path below the root; replace leaves no step for the back button, unless another node or level is shown. */
  go: (path: string, replace?: boolean) => void;
}

/** The page that the URL names, and the way to another. */
export function useRouter(): Router {
  const [route, setRoute] = useState(routeHere);
  useEffect(() => {
    const follow = () => setRoute(routeHere());
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = useCallback((path: string, replace = false) => {
    const url = new URL(path, root);
    if (replace && isSamePlace(location.search, url.search)) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    setRoute(routeHere());
  }, []);
  return { route, go };
}

/** Goes to a path below the root, for what is too deep in a page to be told the way. */
export function visit(path: string) {
  history.pushState(null, "", new URL(path, root));
  dispatchEvent(new PopStateEvent("popstate"));
}

/** The address of a path below the root, for links. */
export const address = (path: string) => new URL(path, root).href;

/** A plain click stays in the page; one for a new tab is the browser's. */
export const plainClick = (e: MouseEvent) =>
  e.button === 0 && !e.metaKey && !e.ctrlKey && !e.shiftKey && !e.altKey;
