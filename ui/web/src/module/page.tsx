import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { api } from "../api/client";
import { type Resource, useResource } from "../api/live";
import type { Module, Status } from "../api/types";
import { DayChart } from "../charts/day";
import { GrowthChart } from "../charts/growth";
import { useKeys } from "../keys";
import { Failure, Loading } from "../notice";
import { address, plainClick } from "../state/router";
import { defaultView, namesOf, writeView } from "../state/view";
import { useText } from "../text/language";
import { ExplanationList } from "./explanation";
import { Facts } from "./facts";
import { headline } from "./headline";

interface Props {
  id: string;
  revision: number;
  status: Status | undefined;
  onBack: () => void;
  onPath: (path: string) => void;
}

const chartHeight = 280; // pixels

/** All about one node: its state in a sentence, its day, its growth, the arithmetic. */
export function ModulePage({ id, revision, status, onBack, onPath }: Props) {
  const text = useText();
  const module = useResource(`module ${id}`, revision, () => api.module(id));
  const name = namesOf(id).at(-1) ?? id;
  useEffect(() => {
    document.title = `${name} · Headroom`;
    return () => {
      document.title = "Headroom";
    };
  }, [name]);
  useKeys({ Escape: onBack });

  const row = module.data?.row;
  const sentence = row && headline(row, text);
  return (
    <main class="module-page">
      <Way id={id} onPath={onPath} />
      <h1>{name}</h1>
      {row && <p class={`headline ${row.state} ${row.deviates ? row.direction : ""}`}>{sentence}</p>}
      {module.error && <Failure error={module.error} />}
      {!row && !module.error && <Loading />}
      {module.data && (
        <Body
          module={module.data}
          revision={revision}
          zone={status?.timezone}
          sentence={sentence ?? ""}
          onNote={(_, note) => module.mutate((m) => ({ ...m, row: { ...m.row, note } }))}
        />
      )}
    </main>
  );
}

interface BodyProps {
  module: Module;
  revision: number;
  zone: string | undefined;
  sentence: string;
  onNote: (id: string, note: string) => void;
}

/** The charts, facts and arithmetic of a module that exists. */
function Body({ module: { row, growth }, revision, zone, sentence, onNote }: BodyProps) {
  const text = useText();
  const { id } = row;
  const curve = useResource(`curve ${id}`, revision, () => api.curve(id));
  const trend = useResource(`trend ${id}`, revision, () => api.trend(id));
  const explanation = useResource(`explain ${id}`, revision, () => api.explain(id));
  return (
    <>
      <div class="columns">
        <div class="charts">
          <Panel title={text.today} unit={text.percentOfDevice}>
            <Loaded of={curve} empty={text.noCurve} isEmpty={(c) => !c.times?.length}>
              {(c) => (
                <DayChart curve={c} zone={zone} height={chartHeight} label={`${text.today}. ${sentence}`} />
              )}
            </Loaded>
          </Panel>
          <Panel title={text.sixty} unit={text.percentOfDevice} below={growth.reason}>
            <Loaded of={trend} empty={text.noTrend} isEmpty={(t) => !t.days?.length}>
              {(t) => (
                <GrowthChart trend={t} height={chartHeight} label={`${text.sixty}. ${growth.reason}`} />
              )}
            </Loaded>
          </Panel>
        </div>
        <Panel title={text.facts}>
          <Facts row={row} growth={growth} onNote={onNote} />
        </Panel>
      </div>
      <Panel title={text.explanation}>
        <Loaded of={explanation} empty="–" isEmpty={(e) => !e.steps?.length}>
          {(e) => <ExplanationList explanation={e} />}
        </Loaded>
      </Panel>
    </>
  );
}

/** The names above the module, each a way to the table of that node. */
function Way({ id, onPath }: { id: string; onPath: (path: string) => void }) {
  const text = useText();
  const ids = id.split("/");
  const step = (path: string, name: string) => (
    <a
      key={path}
      href={address(writeView({ ...defaultView, path }) || "./")}
      onClick={(e) => {
        if (!plainClick(e)) return;
        e.preventDefault();
        onPath(path);
      }}
    >
      {name}
    </a>
  );
  return (
    <nav class="crumbs" aria-label={text.tree}>
      {step("", text.back)}
      {namesOf(id)
        .slice(0, -1)
        .map((name, i) => step(ids.slice(0, i + 1).join("/"), name))}
    </nav>
  );
}

interface PanelProps {
  title: string;
  unit?: string;
  below?: string | undefined;
  children: ComponentChildren;
}

function Panel({ title, unit, below, children }: PanelProps) {
  return (
    <section class="panel">
      <h2>
        {title} {unit && <small>{unit}</small>}
      </h2>
      {children}
      {below && <p class="reason">{below}</p>}
    </section>
  );
}

interface LoadedProps<T> {
  of: Resource<T>;
  empty: string;
  isEmpty: (data: T) => boolean;
  children: (data: T) => ComponentChildren;
}

/** The content once it is there; until then why it is not. */
function Loaded<T>({ of, empty, isEmpty, children }: LoadedProps<T>) {
  if (of.data === undefined) return of.error ? <Failure error={of.error} /> : <Loading />;
  return <>{isEmpty(of.data) ? <p class="nothing">{empty}</p> : children(of.data)}</>;
}
