// Which journeys there are, and in which looks each is made.
import { readdir } from "node:fs/promises";

const folder = new URL("journeys/", import.meta.url);

/** All journeys of the folder, each with the file it stands in. */
export async function findJourneys() {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".mjs")).sort();
  const lists = await Promise.all(
    files.map(async (name) => {
      const { default: journeys } = await import(new URL(name, folder));
      return journeys.map((journey) => ({ ...journey, file: name.replace(/\.mjs$/, "") }));
    }),
  );
  return lists.flat();
}

/**
 * One case for each width, language and scheme of the journeys whose title holds a word.
 * Those that write come first, since they may have to wait for each other.
 */
export function casesOf(journeys, word) {
  const cases = [];
  for (const journey of journeys)
    for (const width of journey.widths ?? ["wide"])
      for (const language of journey.languages ?? ["en"])
        for (const scheme of journey.schemes ?? ["light"]) {
          const title = `${journey.file}: ${journey.name} (${width}, ${language}, ${scheme})`;
          if (title.includes(word)) cases.push({ journey, width, language, scheme, title });
        }
  return cases.sort((a, b) => Number(b.journey.writes ?? false) - Number(a.journey.writes ?? false));
}
