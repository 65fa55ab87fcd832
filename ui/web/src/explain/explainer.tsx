import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Term } from "../api/types";
import { Link } from "../link";
import { readChoice } from "../state/model";
import { modulePath, namesOf } from "../state/view";
import { useText } from "../text/language";
import { useGlossary } from "./glossary";
import { place } from "./place";
import { explanationOf, nodeOf, queryOf, stepsOf } from "./terms";
import { explainPath } from "./view";

/** What is explained, and where it stands. */
interface Asked {
  term: string;
  id: string;
  model: string;
  at: DOMRect;
  pinned: boolean; // pressed, not only pointed at: it stays until it is closed
}

const hoverMillis = 450; // a pointer that only passes by asks for nothing
const leaveMillis = 250; // to move from the number to its explanation

const askedBy = (target: EventTarget | null): Omit<Asked, "pinned"> | undefined => {
  const of = target instanceof Element ? target.closest<HTMLElement>("[data-term]") : null;
  const { term, of: id, model } = of?.dataset ?? {};
  if (!of || !term || id === undefined) return undefined;
  return { term, id, model: model ?? "", at: of.getBoundingClientRect() };
};

/** What an event is of, also inside of a shadow tree. */
const originOf = (e: Event) => e.composedPath()[0] ?? null;

interface Props {
  levels: string[];
  onGo: (path: string) => void;
}

/**
 * Explains the numbers of all pages: what carries the attributes of explains()
 * tells what it is, its arithmetic and its query, when it is pointed at or
 * pressed, or has the focus and "e" is pressed.
 */
export function Explainer({ levels, onGo }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const timer = useRef(0);
  const glossary = useGlossary();
  useEffect(() => {
    const later = (what: Asked | undefined, millis: number) => {
      clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setAsked((now) => (now?.pinned ? now : what)), millis);
    };
    const point = (e: PointerEvent) => {
      if (e.pointerType !== "mouse") return;
      if (e.target instanceof Element && e.target.closest(".explainer")) return clearTimeout(timer.current);
      const what = askedBy(originOf(e));
      later(what && { ...what, pinned: false }, what ? hoverMillis : leaveMillis);
    };
    const press = (e: MouseEvent) => {
      if (e.target instanceof Element && e.target.closest(".explainer")) return;
      clearTimeout(timer.current);
      const what = askedBy(originOf(e));
      if (what) e.stopPropagation(); // the row around it leads elsewhere
      setAsked(what && { ...what, pinned: true });
    };
    const key = (e: KeyboardEvent) => {
      if (e.key === "Escape" && document.querySelector(".explainer")) {
        e.stopPropagation();
        setAsked(undefined);
      }
      const what = e.key === "e" && !e.ctrlKey && !e.metaKey ? askedBy(document.activeElement) : undefined;
      if (what) setAsked({ ...what, pinned: true });
    };
    const gone = () => setAsked(undefined);
    document.addEventListener("pointerover", point);
    document.addEventListener("click", press, true);
    document.addEventListener("keydown", key, true);
    addEventListener("scroll", gone, true);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener("pointerover", point);
      document.removeEventListener("click", press, true);
      document.removeEventListener("keydown", key, true);
      removeEventListener("scroll", gone, true);
    };
  }, []);
  const term = glossary?.terms.find(({ term }) => term === asked?.term);
  if (!asked || !term) return null;
  return (
    <Card
      key={`${asked.term} ${asked.id}`}
      {...{ asked, term, levels, onGo }}
      onClose={() => setAsked(undefined)}
    />
  );
}

interface CardProps extends Props {
  asked: Asked;
  term: Term;
  onClose: () => void;
}

/** The definition, the arithmetic of this very number, and the query. */
function Card({ asked, term, levels, onGo, onClose }: CardProps) {
  const text = useText();
  const { id, model, at } = asked;
  const explained = explanationOf(term, id);
  const arithmetic = useResource(`${explained} ${model}`, 0, async () =>
    explained ? stepsOf(term, (await api.explain(explained, model)).steps) : [],
  );
  const names = namesOf(nodeOf(id));
  const leave = (path: string) => {
    onClose();
    onGo(path);
  };
  return (
    <div class="explainer" role="dialog" aria-label={term.summary} style={place(at, innerWidth, innerHeight)}>
      <h3>
        {term.summary} <small>{names.at(-1)}</small>
      </h3>
      <p>{term.description}</p>
      {arithmetic.error && <p class="none">{arithmetic.error.message}</p>}
      {arithmetic.data && arithmetic.data.length > 0 && (
        <dl>
          {arithmetic.data.map((step, i) => (
            <div key={`${i} ${step.name}`}>
              <dt>{step.name}</dt>
              <dd>
                <code>{step.numbers || step.formula}</code> <output>{step.result}</output>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {levels.length > 0 && term.series && <code class="query">{queryOf(term, names, levels)}</code>}
      <p class="ways">
        <Link to={explainPath({ id: explained || `row:${id}`, model })} onGo={leave}>
          {text.explain.all}
        </Link>
        <Link to={modulePath(nodeOf(id), readChoice(new URLSearchParams({ model })))} onGo={leave}>
          {text.explain.open}
        </Link>
      </p>
    </div>
  );
}
