import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Glossary } from "../api/types";

const Known = createContext<Glossary | undefined>(undefined);
export const GlossaryProvider = Known.Provider;

/** What numbers are and which ids are explained, once the server has said it. */
export const useGlossary = () => useContext(Known);

/** What a column of a page holds, or the term of its name, or what an order does; undefined while that is not known. */
export function useMeaning(on: string) {
  const { meanings, terms } = useGlossary() ?? {};
  return (name: string) =>
    (meanings?.find((m) => m.of === on && m.name === name) ?? terms?.find(({ term }) => term === name))
      ?.description;
}
