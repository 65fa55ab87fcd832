// By which model the pages judge, as it stands in their URL.

export type Model = "calibrated" | "classic";

/** "" is the configured model, whichever that is. */
export type Choice = "" | Model | "both";

export const choices: Exclude<Choice, "">[] = ["calibrated", "classic", "both"];

/** Reads ?model=; what is not known is the configured one. */
export function readChoice(query: URLSearchParams): Choice {
  const wanted = query.get("model");
  return choices.find((choice) => choice === wanted) ?? "";
}

/** The models to ask the server for; of two the first one leads: rows are sorted and counted by it. */
export function modelsOf(choice: Choice): [Model | "", ...Model[]] {
  return choice === "both" ? ["calibrated", "classic"] : [choice];
}

/** A choice of the configured model is none, so that URLs stay short. */
export const normal = (choice: Choice, configured: string | undefined): Choice =>
  choice === configured ? "" : choice;
