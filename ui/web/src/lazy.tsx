import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "./api/client";
import { Loading } from "./notice";
import { useText } from "./text/language";

/** One of the pages of a script that is fetched when the first of them is shown. */
export function lazy<Pages, P extends object>(
  load: () => Promise<Pages>,
  pick: (pages: Pages) => ComponentType<P>,
): ComponentType<P> {
  let page: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [state, setState] = useState<"waiting" | "there" | "failed">(page ? "there" : "waiting");
    useEffect(() => {
      if (page) return;
      load().then(
        (pages) => {
          page = pick(pages);
          setState("there");
        },
        () => setState("failed"),
      );
    }, []);
    if (state === "failed") return <Gone />;
    const Page = page;
    return Page ? <Page {...props} /> : <Loading />;
  };
}

const askEvery = 2000; // ms

/** Loads the page again when a server that was away answers; one that was there has no such script. */
function loadAgainOnceThere() {
  let away = false;
  const ask = () =>
    api.status().then(
      () => away && location.reload(),
      () => {
        away = true;
      },
    );
  ask();
  const timer = setInterval(ask, askEvery);
  return () => clearInterval(timer);
}

/** The script is not to be had: the connection is lost, or the server has a new version with scripts of its own. */
function Gone() {
  const text = useText();
  useEffect(() => loadAgainOnceThere(), []);
  return (
    <p class="failure" role="alert">
      {text.pageGone}{" "}
      <button type="button" onClick={() => location.reload()}>
        {text.loadAgain}
      </button>
    </p>
  );
}
