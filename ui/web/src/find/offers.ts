import { alarmsPath, defaultAlarms } from "../alarms/view";
import { requestKinds } from "../api/requests";
import { changesPath, defaultChanges, type Part, parts } from "../changes/view";
import { splitId } from "../explain/ids";
import { explainPath } from "../explain/view";
import type { Text } from "../text/en";
import { hasWords } from "../words";

/** Something that can be gone to besides what the server finds. */
export interface Offer {
  title: string;
  path: string; // below the root
}

const part = (of: Part, fill = "") => changesPath({ ...defaultChanges, part: of, fill });

/** The pages and the things that can be done, in the words of a language. */
export function everyOffer(text: Text, pages: Offer[]): Offer[] {
  const { parts: names, requests, find } = text.changes;
  return [
    ...pages,
    ...parts.map((of) => ({ title: `${text.changes.title} › ${names[of]}`, path: part(of) })),
    { title: text.explain.title, path: explainPath({ id: "", model: "" }) },
    { title: find.mute, path: alarmsPath({ ...defaultAlarms, part: "mutes" }) },
    { title: find.startFlow, path: part("flows") },
    ...requestKinds.map((kind) => ({
      title: `${requests.askFor} ${requests.kinds[kind]}`,
      path: part("requests", JSON.stringify({ kind })),
    })),
  ];
}

/** Those of which each word is a part, whatever the case; what looks like an id can be explained. */
export function offersFor(words: string, all: Offer[], explain: (id: string) => string): Offer[] {
  const fits = hasWords(words);
  const fitting = all.filter(({ title }) => fits(title.toLowerCase()));
  const id = words.trim();
  return splitId(id).kind === ""
    ? fitting
    : [{ title: explain(id), path: explainPath({ id, model: "" }) }, ...fitting];
}

const key = "headroom-found";
const most = 6;

/** What was gone to last from the search in this browser, the newest first. */
export function recent(): Offer[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "");
    return Array.isArray(kept) ? (kept as Offer[]) : [];
  } catch {
    return [];
  }
}

/** The list with one more in front. */
export const withRecent = (one: Offer, before: Offer[]) =>
  [one, ...before.filter(({ path }) => path !== one.path)].slice(0, most);

export const keepRecent = (one: Offer) =>
  localStorage.setItem(key, JSON.stringify(withRecent(one, recent())));
