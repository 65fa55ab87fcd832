import { fieldsOf } from "../state/query";
import { partTexts, readDays, readDevices, readLoad, readLost } from "./form";
import { noScenario, type Scenario } from "./scenario";

// What the page shows, as it stands in its URL:
//
//   whatif?load=Qzone=1.3&lose=rack=r12&b.load=Qzone=1.5&level=business

export interface WhatIfView {
  scenarios: Scenario[]; // one to three
  level: string; // label of the hierarchy; "" for the modules
  search: string;
  fills: boolean; // only nodes that fill up newly
}

/** The names of the scenarios beside each other. */
export const letters = ["A", "B", "C"];

export const defaultWhatIf: WhatIfView = { scenarios: [noScenario], level: "", search: "", fills: false };

/** The first scenario's parameters have no prefix. */
const prefix = (i: number) => (i === 0 ? "" : `${letters[i]?.toLowerCase()}.`);

const { scenarios: _, ...plain } = defaultWhatIf;
const fields = fieldsOf(plain, { search: "q" });

export function readWhatIf(query: string): WhatIfView {
  const q = new URLSearchParams(query);
  const names = [...q.keys()];
  const has = (i: number) => names.some((name) => name.startsWith(prefix(i)));
  const scenarios = letters.flatMap((_, i) => (i === 0 || has(i) ? [readScenario(q, prefix(i))] : []));
  return { scenarios, ...fields.read(query) };
}

function readScenario(q: URLSearchParams, before: string): Scenario {
  const all = (name: string) => q.getAll(before + name);
  return {
    loads: all("load").map(readLoad),
    lost: all("lose").map(readLost),
    devices: all("devices").map(readDevices),
    lead: readDays(all("lead_time")[0] ?? ""),
    target: all("target_load")[0] ?? "",
  };
}

/** The path of the page below the root. */
export function whatIfPath(view: WhatIfView): string {
  const q = new URLSearchParams();
  view.scenarios.forEach((scenario, i) => {
    const parts = partTexts(scenario);
    for (const [name, text] of parts) q.append(prefix(i) + name, text);
    if (i > 0 && parts.length === 0) q.append(prefix(i), ""); // it is there, and blank
  });
  for (const [name, text] of Object.entries(fields.params(view))) if (text) q.set(name, `${text}`);
  const text = q.toString().replaceAll("%2F", "/").replaceAll("%3D", "=").replaceAll("%40", "@");
  return `whatif${text && `?${text}`}`;
}
