import type { Kind, Request } from "./scenario";

/** One thing that the server finds wrong, and where it stands in the form. */
export interface Fault {
  part: Kind | "lead_time" | "target_load" | ""; // "": the scenario as a whole
  index: number; // of the part in its list
  field: string; // of the part, as "uplift"; "" for all of it
  message: string;
}

const place = /(?:^|: )(?:(loads|lost|devices)\[(\d+)\](?:\.(\w+))?|(lead_time|target_load)): (.*)$/;

/** Takes apart what the server answers: one fault a line, as "loads[0].uplift: want …". */
export function readFaults(answer: string, places: Request["places"]): Fault[] {
  return answer.split("\n").map((line) => {
    const [, list, index, field = "", single, message = ""] = place.exec(line) ?? [];
    if (list) {
      const part = list as Kind;
      return { part, index: places[part][Number(index)] ?? -1, field, message };
    }
    if (single) return { part: single as "lead_time" | "target_load", index: 0, field: "", message };
    return { part: "", index: 0, field: "", message: line };
  });
}

/** The faults of one part. */
export const faultsOf = (faults: Fault[], part: Fault["part"], index = 0) =>
  faults.filter((f) => f.part === part && f.index === index);
