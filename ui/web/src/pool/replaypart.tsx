import { useState } from "preact/hooks";
import { addDays, todayIn } from "../alarms/range";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { PolicyChange, Replayed, ScalePolicy } from "../api/pool";
import { Failure, Loading, Waiting } from "../notice";
import { Panel } from "../panel";
import { Command } from "../table/empty";
import { count, decimal, unknown } from "../text/format";
import { useText } from "../text/language";
import { useFresh } from "./fresh";
import type { PartProps } from "./page";
import {
  type Changeable,
  changeables,
  minutesOf,
  mostChanges,
  mostDays,
  type Rule,
  rulesOf,
  shownValue,
  typedChange,
} from "./replay";
import { ReplayChart } from "./replaychart";
import { linesOf } from "./services";

/** What policies would have cost and missed on recorded days, side by side. */
export function ReplayPart(props: PartProps) {
  const { view, shown, revision } = props;
  const text = useText().pool.replay;
  const [turn, setTurn] = useState(0); // of the same question, once more
  const { module, from, days, changes } = view;
  const asked = { module, from, days, policies: [{}, ...changes] };
  const found = useFresh(`services ${view.path}`, revision, shown, async () =>
    linesOf(...(await Promise.all([api.services(view.path), api.newestDecisions(view.path)]))),
  );
  const answer = useResource(`replay ${JSON.stringify(asked)}`, turn, async () =>
    module ? await api.replay(asked) : null,
  );
  if (!found.data) return <Waiting error={found.error} />;
  const modules = found.data.map((line) => line.module);
  return (
    <>
      <p class="replay-about">{text.about}</p>
      <Form
        key={JSON.stringify(asked)}
        {...props}
        modules={modules}
        inForce={
          answer.data?.sides[0]?.policy ?? found.data.find((l) => l.module === module)?.service?.policy
        }
        onAgain={() => setTurn(turn + 1)}
      />
      {answer.error ? (
        <Failure error={answer.error} />
      ) : answer.data ? (
        <Result replayed={answer.data} zone={props.zone} changes={changes} />
      ) : module ? (
        <Loading />
      ) : (
        <p class="nothing">{modules.length > 0 ? text.choose : text.noModules}</p>
      )}
    </>
  );
}

type FormProps = PartProps & {
  modules: string[];
  inForce: ScalePolicy | undefined; // undefined until the first answer
  onAgain: () => void;
};

/** Which module, which days and which policies; what is asked stands in the URL. */
function Form({ view, zone, modules, inForce, onView, onAgain }: FormProps) {
  const text = useText().pool.replay;
  const today = todayIn(zone);
  const [changes, setChanges] = useState(view.changes);
  const send = (e: SubmitEvent) => {
    e.preventDefault();
    const data = new FormData(e.currentTarget as HTMLFormElement);
    const value = (name: string) => `${data.get(name) ?? ""}`;
    const asked = {
      ...view,
      module: value("module").trim(),
      from: value("from"),
      days: Number(value("days")),
      changes: inForce
        ? changes.map((_, i) => typedChange((name) => value(`${name} ${i}`), inForce))
        : changes,
    };
    if (JSON.stringify(asked) === JSON.stringify(view)) onAgain();
    else onView(asked);
  };
  return (
    <form class="replay-form" onSubmit={send}>
      <div class="pool-filters">
        <label class="select module">
          {text.module}
          <input type="text" name="module" list="replay-modules" required defaultValue={view.module} />
          <datalist id="replay-modules">
            {modules.map((module) => (
              <option key={module} value={module} />
            ))}
          </datalist>
        </label>
        <label class="select">
          {text.from}
          <input type="date" name="from" max={today} min={addDays(today, -400)} defaultValue={view.from} />
        </label>
        <label class="select">
          {text.days}
          <select name="days" defaultValue={`${view.days}`}>
            {Array.from({ length: mostDays }, (_, i) => (
              <option key={i} value={i + 1} selected={view.days === i + 1}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
        <div class="actions">
          <button type="submit" class="main-action">
            {text.run}
          </button>
          {inForce && changes.length < mostChanges && (
            <button type="button" class="action" onClick={() => setChanges([...changes, {}])}>
              + {text.another}
            </button>
          )}
        </div>
      </div>
      {inForce && (
        <div class="replay-policies">
          <Policy name={text.inForce} policy={inForce} change={{}} />
          {changes.map((change, i) => (
            <Policy
              key={i}
              name={text.changed(letters[i] ?? "")}
              policy={inForce}
              change={change}
              place={i}
              onDrop={() => setChanges(changes.filter((_, k) => k !== i))}
            />
          ))}
        </div>
      )}
    </form>
  );
}

const letters = ["B", "C"];

interface PolicyProps {
  name: string;
  policy: ScalePolicy;
  change: PolicyChange;
  place?: number; // of one that can be changed
  onDrop?: () => void;
}

function Policy({ name, policy, change, place, onDrop }: PolicyProps) {
  const text = useText().pool;
  const names: Record<Changeable, string> = {
    target: text.policyFacts.target,
    scale_in: text.policyFacts.scaleIn,
    step_out: text.policyFacts.stepOut,
    step_in: text.policyFacts.stepIn,
    stabilise_seconds: text.policyFacts.stabilise,
    cooldown_out_seconds: text.policyFacts.coolOut,
    cooldown_in_seconds: text.policyFacts.coolIn,
  };
  return (
    <fieldset>
      <legend>{name}</legend>
      {changeables.map((field) => {
        const value = shownValue(field, policy, change);
        const unit = field.endsWith("_seconds") ? text.replay.minutes : "%";
        const Row = place === undefined ? "div" : "label";
        return (
          <Row key={field} class="setting">
            <span>{names[field]}</span>
            {place === undefined ? (
              <b>{value}</b>
            ) : (
              <input type="number" name={`${field} ${place}`} min="0" step="any" defaultValue={value} />
            )}
            <small>{unit}</small>
          </Row>
        );
      })}
      {onDrop && (
        <button type="button" class="way" onClick={onDrop}>
          {text.replay.drop}
        </button>
      )}
    </fieldset>
  );
}

type ResultProps = { replayed: Replayed; zone: string | undefined; changes: PolicyChange[] };

function Result({ replayed, zone, changes }: ResultProps) {
  const text = useText().pool.replay;
  const names = [text.inForce, ...changes.map((_, i) => text.changed(letters[i] ?? ""))];
  const known = replayed.sides[0]?.outcome.minutes ?? 0;
  return (
    <div class="replayed">
      <p class="how-many" role="status">
        {text.known(count(known), count(minutesOf(replayed)))}
      </p>
      <Rules replayed={replayed} names={names} />
      <div class="sides">
        {(["workers", "busy"] as const).map((of) => (
          <Panel key={of} title={text.charts[of]} unit={text.units[of]}>
            <ReplayChart {...{ replayed, of, zone, names }} />
          </Panel>
        ))}
      </div>
      <Panel title={text.terminal}>
        {replayed.sides.map(({ command }, i) => (
          <div key={names[i]}>
            <p>{names[i]}</p>
            <Command line={command} />
          </div>
        ))}
      </Panel>
    </div>
  );
}

const columns = ["hours", "saves", "above", "aboveFirst", "saturated", "decisions", "most"] as const;

/** The rules line by line. */
function Rules({ replayed, names }: { replayed: Replayed; names: string[] }) {
  const text = useText().pool.replay;
  const name = ({ name: kind, at }: Rule) =>
    kind === "policy" ? (names[at] ?? "") : text.rules[kind](decimal(at, 0));
  const cells = ({ outcome, aboveFirst, saves }: Rule): Record<(typeof columns)[number], string> => ({
    hours: count(Math.round(outcome.worker_hours)),
    saves: saves === null ? unknown : text.saves(`${decimal(100 * Math.abs(saves), 1)} %`, saves),
    above: count(outcome.minutes_above),
    aboveFirst: aboveFirst === null ? unknown : count(aboveFirst),
    saturated: count(outcome.minutes_saturated),
    decisions: count(outcome.decisions),
    most: count(outcome.most_workers),
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is cut off is reached by the arrow keys
    <section class="scroll" aria-label={text.title} tabIndex={0}>
      <table class="replay-rules">
        <thead>
          <tr>
            <th scope="col">{text.rule}</th>
            {columns.map((column) => (
              <th key={column} scope="col" title={text.columnTitles[column]}>
                {text.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rulesOf(replayed).map((rule) => (
            <tr key={`${rule.name} ${rule.at}`} class={rule.name === "policy" ? "own" : ""}>
              <th scope="row">{name(rule)}</th>
              {columns.map((column) => (
                <td key={column}>{cells(rule)[column]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
