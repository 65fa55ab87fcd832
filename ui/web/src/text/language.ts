import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Text } from "./en";

export type Language = "en" | "zh";

/** The words of each language, fetched when they are wanted. */
export const texts: Record<Language, () => Promise<Text>> = {
  en: () => import("./en").then(({ en }) => en),
  zh: () => import("./zh").then(({ zh }) => zh),
};

export const otherLanguage = (language: Language): Language => (language === "en" ? "zh" : "en");

const key = "headroom-language";

/** What the URL asks for (?lang=zh), what was chosen before, or the browser's own. */
export function firstLanguage(): Language {
  const wanted = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(key);
  if (wanted === "en" || wanted === "zh") return wanted;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language) {
  localStorage.setItem(key, language);
}

const Context = createContext<Text | undefined>(undefined);

export const LanguageProvider = Context.Provider;

/** In what the server has to answer, undefined outside of all pages. */
export const useLocale = () => useContext(Context)?.locale;

/** What the server says in English only is marked as such. */
export const langOf = (said: string) => (/\p{Script=Han}/u.test(said) ? undefined : "en");

export function useText(): Text {
  const text = useContext(Context);
  if (!text) throw new Error("no language is provided around this component");
  return text;
}
