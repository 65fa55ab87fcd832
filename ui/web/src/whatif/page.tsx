import { useMemo, useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Status } from "../api/types";
import { useKeys } from "../keys";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { useAnswer } from "./answer";
import { Card } from "./card";
import { exampleScenarios } from "./examples";
import { Nodes } from "./nodes";
import { knownDomains, nodeOffers } from "./offers";
import { isBlank, noScenario, type Scenario } from "./scenario";
import { Start } from "./start";
import { Totals } from "./totals";
import { letters, type WhatIfView } from "./view";

interface Props {
  view: WhatIfView;
  revision: number;
  status: Status | undefined;
  onView: (view: WhatIfView) => void;
  onOpen: (id: string) => void;
  onBack: () => void;
}

const none: never[] = [];

/** Up to three scenarios beside each other, and what changes in each. */
export function WhatIfPage({ view, revision, status, onView, onOpen, onBack }: Props) {
  const text = useText().whatIf;
  const { scenarios } = view;
  useTitle(text.title);
  useKeys({ Escape: onBack });

  const levels = status?.levels ?? none;
  const known = useKnown(levels, revision);
  // As many hooks as there may be scenarios.
  const answers = [
    useAnswer(scenarios[0], view.level, revision),
    useAnswer(scenarios[1], view.level, revision),
    useAnswer(scenarios[2], view.level, revision),
  ].slice(0, scenarios.length);

  const set = (changed: Scenario[]) => onView({ ...view, scenarios: changed });
  const last = scenarios.at(-1) ?? noScenario;
  const blank = scenarios.every(isBlank);
  const answered = answers.some(({ data }) => data);
  return (
    <main class="whatif-page">
      <header class="about">
        <div>
          <h1>{text.title}</h1>
          <p>{text.about}</p>
        </div>
        {!blank && scenarios.length < letters.length && (
          <button
            type="button"
            class="compare"
            title={text.copyOf(letters[scenarios.length - 1] ?? "")}
            onClick={() => set([...scenarios, last])}
          >
            <span aria-hidden="true">+ </span>
            {text.addScenario}
          </button>
        )}
      </header>
      <div class="scenarios" data-count={scenarios.length}>
        {scenarios.map((scenario, i) => (
          <Card
            key={letters[i]}
            letter={letters[i] ?? ""}
            scenario={scenario}
            level={view.level}
            known={known}
            answer={answers[i] as (typeof answers)[number]}
            onScenario={(changed) => set(scenarios.with(i, changed))}
            onRemove={scenarios.length > 1 ? () => set(scenarios.toSpliced(i, 1)) : undefined}
            onClear={() => set(scenarios.with(i, noScenario))}
          />
        ))}
        <div class="beside">
          {blank && status?.at && known.loaded && (
            <Start
              scenarios={exampleScenarios(known.tree, known.domains, status.at.slice(0, 10))}
              onChoose={(scenario) => set(scenarios.with(0, scenario))}
            />
          )}
          {!blank && <Totals answers={answers} scenarios={scenarios} />}
        </div>
      </div>
      {answered && <Nodes view={view} answers={answers} levels={levels} onView={onView} onOpen={onOpen} />}
    </main>
  );
}

/** What the fields offer. It is asked for again each minute until there is something. */
function useKnown(levels: string[], revision: number) {
  const [asked, setAsked] = useState(revision);
  const tree = useResource("tree", asked, () => api.tree("")).data;
  const rows = useResource("domains", asked, api.domains).data;
  const known = useMemo(
    () => ({
      loaded: tree !== undefined && rows !== undefined,
      tree: tree ?? none,
      nodes: nodeOffers(tree ?? none),
      modules: nodeOffers(tree ?? none, levels.at(-1)),
      domains: knownDomains(rows ?? none),
    }),
    [tree, rows, levels],
  );
  if (asked !== revision && known.domains.length === 0) setAsked(revision);
  return known;
}
