import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { SearchHit } from "../api/told";
import { Link } from "../link";
import { Failure } from "../notice";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { useTyped } from "../typed";
import { grouped, moved, piecesOf, placeOf } from "./hits";

const limit = 40;
const pauseMillis = 200;

/** Finds anything by words: modules, alarms, runs, requests, runbooks. */
export function FindPanel({ onGo, onClose }: { onGo: (path: string) => void; onClose: () => void }) {
  const { close, changes } = useText();
  const text = changes.find;
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(-1);
  const { typed, setTyped } = useTyped(words, setWords, pauseMillis);
  useEffect(() => dialog.current?.showModal(), []);
  const found = useResource(`find ${words}`, 0, async () => (words.trim() ? api.search(words, limit) : null));
  const groups = grouped(found.data?.hits ?? []);
  const hits = groups.flatMap(([, all]) => all);
  useEffect(() => setAt(-1), [words]);
  useEffect(() => {
    dialog.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const go = (path: string) => {
    onClose();
    onGo(path);
  };
  const press = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step === undefined) return;
    e.preventDefault();
    setAt(moved(at, step, hits.length));
  };
  const enter = (e: SubmitEvent) => {
    e.preventDefault();
    const hit = hits[Math.max(at, 0)];
    if (hit && words === typed && placeOf(hit)) go(placeOf(hit));
  };
  return (
    <dialog ref={dialog} class="find" aria-label={text.title} onClose={onClose}>
      <form onSubmit={enter} onKeyDown={press}>
        <input
          type="search"
          autofocus
          autoComplete="off"
          placeholder={text.hint}
          aria-label={text.title}
          value={typed}
          maxLength={300}
          onInput={(e) => setTyped(e.currentTarget.value)}
        />
        <button type="button" class="quiet" onClick={onClose}>
          {close}
        </button>
      </form>
      {found.error && <Failure error={found.error} />}
      {found.data && hits.length === 0 && <p class="nothing">{text.none}</p>}
      {groups.map(([kind, all]) => (
        <section key={kind}>
          <h2>
            {text.kinds[kind] ?? kind}{" "}
            {found.data?.kinds
              .filter((one) => one.kind === kind)
              .map((one) => text.more(one.count, one.more))}
          </h2>
          {all.map((hit) => (
            <Hit key={hit.id} of={hit} chosen={hit === hits[at]} onGo={go} />
          ))}
        </section>
      ))}
    </dialog>
  );
}

function Hit({ of, chosen, onGo }: { of: SearchHit; chosen: boolean; onGo: (path: string) => void }) {
  const place = placeOf(of);
  const content = (
    <>
      <b>{of.kind === "module" && of.path ? namesOf(of.path).join(" › ") : of.title}</b>
      <small>
        {piecesOf(of.snippet).map(({ text, asked }, i) => (asked ? <mark key={i}>{text}</mark> : text))}
      </small>
    </>
  );
  return (
    <div role="option" tabIndex={-1} aria-selected={chosen} class="hit-box">
      {place ? (
        <Link to={place} onGo={onGo} class="hit">
          {content}
        </Link>
      ) : (
        <div class="hit">{content}</div>
      )}
    </div>
  );
}
