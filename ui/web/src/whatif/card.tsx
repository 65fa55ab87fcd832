import { useEffect, useId, useRef, useState } from "preact/hooks";
import { root } from "../api/client";
import { Copy } from "../copy";
import { Failure } from "../notice";
import { useText } from "../text/language";
import type { Answer } from "./answer";
import { commandWords } from "./command";
import { type Fault, faultsOf } from "./faults";
import { Field } from "./field";
import { DevicesLine, Faults, type Known, LoadLine, LostLine } from "./parts";
import { fresh, isBlank, type Kind, kinds, type Scenario, toRequest } from "./scenario";

interface Props {
  letter: string;
  scenario: Scenario;
  level: string;
  known: Known;
  answer: Answer;
  onScenario: (scenario: Scenario) => void;
  onRemove: (() => void) | undefined; // the only one can be cleared
  onClear: () => void;
}

/** One scenario to be filled in. */
export function Card({ letter, scenario, level, known, answer, onScenario, onRemove, onClear }: Props) {
  const text = useText().whatIf;
  const card = useRef<HTMLElement>(null);
  const [added, setAdded] = useState<Kind | null>(null);
  useEffect(() => {
    if (!added) return;
    card.current?.querySelector<HTMLInputElement>(`.list.${added} > :last-child input`)?.focus();
    setAdded(null);
  }, [added]);
  const add = (kind: Kind) => {
    onScenario({ ...scenario, [kind]: [...scenario[kind], fresh[kind]] });
    setAdded(kind);
  };
  const { faults } = answer;
  return (
    <section class="panel scenario" ref={card} aria-label={text.scenario(letter)}>
      <header>
        <h2>
          <span class="letter" aria-hidden="true">
            {letter}
          </span>
          {text.scenario(letter)}
        </h2>
        {onRemove ? (
          <button type="button" class="quiet" aria-label={text.removeScenario(letter)} onClick={onRemove}>
            {text.remove}
          </button>
        ) : (
          !isBlank(scenario) && (
            <button type="button" class="quiet" aria-label={text.clearScenario(letter)} onClick={onClear}>
              {text.clear}
            </button>
          )
        )}
      </header>
      <Lists scenario={scenario} known={known} faults={faults} onScenario={onScenario} />
      <div class="adds">
        {kinds.map((kind) => (
          <button key={kind} type="button" title={text.lists[kind].addTitle} onClick={() => add(kind)}>
            <span aria-hidden="true">+ </span>
            {text.lists[kind].add}
          </button>
        ))}
      </div>
      <Settings scenario={scenario} faults={faults} onScenario={onScenario} />
      <Faults faults={faultsOf(faults, "")} />
      {answer.failure && <Failure error={answer.failure} />}
      {toRequest(scenario) && <Command letter={letter} words={commandWords(scenario, level, root)} />}
    </section>
  );
}

type ListsProps = Pick<Props, "scenario" | "known" | "onScenario"> & { faults: Fault[] };

/** The parts of each list, one below the other. */
function Lists({ scenario, known, faults, onScenario }: ListsProps) {
  const text = useText().whatIf;
  const at = <K extends Kind>(kind: K, index: number) => ({
    part: scenario[kind][index] as Scenario[K][number],
    name: `${text.lists[kind].title} ${index + 1}`,
    known,
    faults: faultsOf(faults, kind, index),
    onPart: (part: Scenario[K][number]) =>
      onScenario({ ...scenario, [kind]: scenario[kind].map((p, i) => (i === index ? part : p)) }),
    onRemove: () => onScenario({ ...scenario, [kind]: scenario[kind].filter((_, i) => i !== index) }),
  });
  // A part has no name but its place in the list.
  return (
    <>
      <div class="list loads">
        {scenario.loads.map((_, i) => (
          <LoadLine key={String(i)} {...at("loads", i)} />
        ))}
      </div>
      <div class="list lost">
        {scenario.lost.map((_, i) => (
          <LostLine key={String(i)} {...at("lost", i)} />
        ))}
      </div>
      <div class="list devices">
        {scenario.devices.map((_, i) => (
          <DevicesLine key={String(i)} {...at("devices", i)} />
        ))}
      </div>
    </>
  );
}

/** Lead time and target, which are there once. */
function Settings({ scenario, faults, onScenario }: Omit<ListsProps, "known">) {
  const text = useText().whatIf;
  const { fields } = text;
  const lead = faultsOf(faults, "lead_time");
  const target = faultsOf(faults, "target_load");
  const [leadNote, targetNote] = [useId(), useId()];
  const unfinished = scenario.target !== "" && !Number.isFinite(Number(scenario.target));
  return (
    <div class="settings">
      <div>
        <Field
          label={fields.lead}
          type="number"
          step="1"
          min="1"
          max="365"
          unit={fields.days}
          placeholder={fields.configured}
          value={scenario.lead}
          invalid={lead.length > 0}
          describedBy={leadNote}
          onValue={(days) => onScenario({ ...scenario, lead: days })}
        />
        <div class="notes" id={leadNote}>
          <Faults faults={lead} />
        </div>
      </div>
      <div>
        <Field
          label={fields.target}
          type="number"
          step="any"
          unit="%"
          placeholder={fields.configured}
          value={scenario.target}
          invalid={target.length > 0}
          describedBy={targetNote}
          onValue={(percent) => onScenario({ ...scenario, target: percent })}
        />
        <div class="notes" id={targetNote}>
          <Faults faults={target} />
          {unfinished && <p class="unfinished">{text.unfinished.target_load}</p>}
        </div>
      </div>
    </div>
  );
}

/** What prints the same in a terminal. */
function Command({ letter, words }: { letter: string; words: string[] }) {
  const text = useText();
  return (
    <details class="same">
      <summary>{text.whatIf.command}</summary>
      <div class="command">
        <pre>
          {words.map((word, i) => (
            <span key={`${i} ${word}`}>{i < words.length - 1 ? `${word} ` : word}</span>
          ))}
        </pre>
        <Copy text={words.join(" ")} class="" about={text.whatIf.copyCommand(letter)} />
      </div>
    </details>
  );
}
