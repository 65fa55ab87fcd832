import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Text } from "./en";
import { zh } from "./zh";

export type Language = "en" | "zh";

export const texts: Record<Language, Text> = { en, zh };

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

const Context = createContext<Text>(en);

export const LanguageProvider = Context.Provider;
export const useText = () => useContext(Context);
