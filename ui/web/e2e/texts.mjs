// The pages' own texts, for journeys that are made in both languages.
import { runnerImport } from "vite";

/** The texts by language, as in kit.text.pages.alarms. */
export async function loadTexts() {
  const load = async (language) =>
    (await runnerImport(`./src/text/${language}.ts`, { logLevel: "silent" })).module[language];
  return { en: await load("en"), zh: await load("zh") };
}
