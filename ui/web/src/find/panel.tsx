import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { SearchHit } from "../api/told";
import { places } from "../header";
import { Link } from "../link";
import { Failure } from "../notice";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { useTyped } from "../typed";
import { grouped, moved, piecesOf, placeOf } from "./hits";
import { everyOffer, keepRecent, type Offer, offersFor, recent } from "./offers";

const limit = 40;
const offered = 5; // pages and commands beside what is found
const pauseMillis = 200;

/** Finds anything by words: what the server knows, pages, things to do, and ids to explain. */
export function FindPanel({ onGo, onClose }: { onGo: (path: string) => void; onClose: () => void }) {
  const whole = useText();
  const text = whole.changes.find;
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState("");
  const [kind, setKind] = useState("");
  const [before] = useState(recent);
  const { typed, setTyped } = useTyped(words, setWords, pauseMillis);
  useEffect(() => dialog.current?.showModal(), []);
  const found = useResource(`find ${kind} ${words}`, 0, async () =>
    words.trim() ? api.search(words, kind, limit) : null,
  );
  const pages = places.map(({ page, path }) => ({ title: whole.pages[page], path }));
  const all = everyOffer(whole, pages);
  const asked = typed.trim() !== "";
  const offers = asked ? offersFor(typed, all, text.explain).slice(0, offered) : [...before, ...pages];
  const groups = asked && words === typed ? grouped(found.data?.hits ?? []) : [];
  const hits = groups.flatMap(([, of]) => of);
  const go = (one: Offer) => {
    if (!one.path) return;
    keepRecent(one);
    onClose();
    onGo(one.path);
  };
  // The arrows move the focus: from the field to the first, and back to it.
  const press = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const box = dialog.current;
    if (step === undefined || !box) return;
    e.preventDefault();
    const all = [...box.querySelectorAll<HTMLElement>("input, a.hit")];
    const here = Math.max(all.indexOf(document.activeElement as HTMLElement), 0);
    all[moved(here, step, all.length)]?.focus();
  };
  const enter = (e: SubmitEvent) => {
    e.preventDefault();
    const [hit] = hits;
    const [first] = offers;
    if (hit) go(offerOf(hit));
    else if (first && asked) go(first);
  };
  const offer = (one: Offer) => (
    <Option key={one.path} to={one.path} onGo={() => go(one)}>
      <b>{one.title}</b>
    </Option>
  );
  return (
    <dialog ref={dialog} class="find" aria-label={text.title} onClose={onClose} onKeyDown={press}>
      <form onSubmit={enter}>
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
          {whole.close}
        </button>
      </form>
      {asked && found.data && found.data.kinds.length > 0 && (
        <p class="kinds">
          {found.data.kinds.map((one) => (
            <button
              key={one.kind}
              type="button"
              class="chip"
              aria-pressed={kind === one.kind}
              onClick={() => setKind(kind === one.kind ? "" : one.kind)}
            >
              {text.kinds[one.kind] ?? one.kind} <small>{text.more(one.count, one.more)}</small>
            </button>
          ))}
        </p>
      )}
      {found.error && <Failure error={found.error} />}
      {!asked && before.length > 0 && (
        <section>
          <h2>{text.recent}</h2>
          {offers.slice(0, before.length).map(offer)}
        </section>
      )}
      {!kind && offers.length > 0 && (
        <section>
          <h2>{text.goTo}</h2>
          {(asked ? offers : offers.slice(before.length)).map(offer)}
        </section>
      )}
      {asked && found.data && hits.length + offers.length === 0 && <p class="nothing">{text.none}</p>}
      {groups.map(([of, some]) => (
        <section key={of}>
          <h2>{text.kinds[of] ?? of}</h2>
          {some.map((hit) => (
            <Hit key={hit.id} of={hit} onGo={() => go(offerOf(hit))} />
          ))}
        </section>
      ))}
    </dialog>
  );
}

const offerOf = (hit: SearchHit): Offer => ({ title: titleOf(hit), path: placeOf(hit) });

const titleOf = ({ kind, path, title }: SearchHit) =>
  kind === "module" && path ? namesOf(path).join(" › ") : title;

function Hit({ of, onGo }: { of: SearchHit; onGo: () => void }) {
  return (
    <Option to={placeOf(of)} onGo={onGo}>
      <b>{titleOf(of)}</b>
      <small>
        {piecesOf(of.snippet).map(({ text, asked }, i) => (asked ? <mark key={i}>{text}</mark> : text))}
      </small>
    </Option>
  );
}

interface OptionProps {
  to: string; // "" leads nowhere
  onGo: () => void;
  children: ComponentChildren;
}

function Option({ to, onGo, children }: OptionProps) {
  if (!to) return <div class="hit">{children}</div>;
  return (
    <Link to={to} onGo={onGo} class="hit">
      {children}
    </Link>
  );
}
