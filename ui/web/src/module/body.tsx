import { useEffect, useRef, useState } from "preact/hooks";
import { ModuleAlarms } from "../alarms/module";
import { todayIn } from "../alarms/range";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Module, Noted, Progress, Status } from "../api/types";
import { GrowthChart } from "../charts/growth";
import { dayTime, knownZone } from "../charts/series";
import { explains } from "../explain/terms";
import { PastPanel } from "../ledger/panel";
import { ledgerRevision } from "../ledger/when";
import { countShown, dayAreas, trendAreas } from "../marks/areas";
import { blank, draftOf, intervalOf } from "../marks/draft";
import { draftShown, useMarking } from "../marks/marking";
import { MarksPanel } from "../marks/panel";
import { Loaded, Panel } from "../panel";
import { type Choice, modelsOf } from "../state/model";
import { useText } from "../text/language";
import { Actions } from "./actions";
import { Children } from "./children";
import { DayPanel } from "./daypanel";
import { DecisionsPanel } from "./decisions";
import { ExplanationList } from "./explanation";
import { Facts } from "./facts";
import { lanesOf } from "./happenings";
import { headline } from "./headline";
import type { HeatOf } from "./heat";
import { HeatPanel } from "./heatmap";
import { happened } from "./lanes";
import type { ToMark } from "./mark";
import { mutedBy } from "./muted";
import { NodesPanel } from "./nodes";
import { nameOf, Verdicts } from "./verdicts";

const chartHeight = 280; // pixels

/** Loads what each of the models says. */
export const byEach =
  <T,>(model: Choice, load: (model: string) => Promise<T>) =>
  () =>
    Promise.all(modelsOf(model).map(load));

interface Props {
  id: string;
  model: Choice;
  judged: Module[];
  revision: number;
  status: Status;
  progress: Progress[];
  toMark: ToMark | undefined;
  alarmsRevision: number;
  onGo: (path: string) => void;
  heat: HeatOf;
  onHeat: (of: HeatOf) => void;
  onNote: (id: string, kept: Noted) => void;
}

/** The sentences, actions, charts, facts and arithmetic of a node that exists. */
export function Body(props: Props) {
  const { id, model, judged, revision, status, progress, toMark, alarmsRevision, onGo, onNote } = props;
  const text = useText();
  const [first] = judged;
  const curves = useResource(
    `curve ${model}`,
    revision,
    byEach(model, (by) => api.curve(id, by)),
  );
  const trend = useResource(`trend ${model}`, revision, () => api.trend(id, modelsOf(model)[0]));
  const explanations = useResource(
    `explain ${model}`,
    revision,
    byEach(model, (by) => api.explain(id, by)),
  );
  const zone = knownZone(status.timezone);
  const [changes, setChanges] = useState(0); // of marks, made here
  const marks = useResource("marks", revision + changes, () => api.marks(id));
  const marking = useMarking(zone, () => setChanges((n) => n + 1));
  useEffect(() => {
    if (toMark) marking.edit(draftOf(id, toMark.from, toMark.to, zone));
  }, [toMark?.from, toMark?.to]);
  const marksBox = useRef<HTMLDivElement>(null);
  const draft = draftShown(marking.step);
  const onTrend = trendAreas(marks.data ?? [], id, draft, text.marks);
  const drag = (from: number, to: number) =>
    marking.step.at === "draft" && marking.edit({ ...marking.step.draft, ...intervalOf(from, to, zone) });

  const now = Date.parse(first?.row.at ?? "") / 1000;
  const events = useResource(`happened ${id}`, alarmsRevision, () =>
    happened(id, new Date((now - 86_400) * 1000).toISOString()),
  );
  const lanes = events.data && lanesOf(events.data, id, status.levels, now, text);
  if (!first) return null;
  const muted = events.data ? mutedBy(events.data, first.row, status.levels, text) : "";
  const { growth, row } = first;
  const at = status.levels.indexOf(row.level);
  const below = status.levels[at + 1];
  const isModule = below === undefined;
  return (
    <>
      {judged.map((by, i) => (
        <p
          key={modelsOf(model)[i]}
          class={`headline ${by.row.state} ${by.row.deviates ? by.row.direction : ""}`}
        >
          {model === "both" && <b>{nameOf(model, i, text)}: </b>}
          {headline(by, text, muted, isModule)}
        </p>
      ))}
      <Actions
        row={row}
        levels={status.levels}
        isModule={isModule}
        onMark={() => {
          marking.edit(blank(id));
          marksBox.current?.scrollIntoView({ block: "start" });
        }}
        onNote={onNote}
        onGo={onGo}
      />
      <div class="columns">
        <div class="charts">
          <DayPanel
            {...{ id, curves, zone, lanes, onGo }}
            areas={dayAreas(marks.data ?? [], id, draft, zone, text.marks)}
            sentence={headline(first, text, muted, isModule)}
            height={chartHeight}
            onSelect={marking.step.at === "draft" ? drag : undefined}
          />
          {below && <Children {...{ id, model, revision, onGo }} level={below} />}
          <Panel
            title={<span {...explains("growth", id, modelsOf(model)[0])}>{text.sixty}</span>}
            unit={text.percentOfDevice}
            below={growth.reason}
            name="growth-panel"
          >
            <Loaded of={trend} empty={text.noTrend} isEmpty={(t) => t.peaks.every((p) => p === null)}>
              {(t) => (
                <GrowthChart
                  trend={t}
                  areas={onTrend}
                  height={chartHeight}
                  label={`${text.sixty}. ${t.growth.reason}${text.marks.chart(countShown(onTrend, t.days.map(dayTime)))}`}
                />
              )}
            </Loaded>
          </Panel>
          {status.at && <HeatPanel id={id} at={status.at} of={props.heat} onOf={props.onHeat} />}
          {isModule && <NodesPanel {...{ id, revision, onGo }} />}
          <div ref={marksBox} class="marks-box">
            {status.at && (
              <MarksPanel
                {...{ id, marks, marking, zone, progress }}
                revision={ledgerRevision(status.at) + changes}
              />
            )}
          </div>
          {isModule && <DecisionsPanel {...{ id, zone, revision, onGo }} />}
          <Panel title={text.ledger.past} unit={text.percentOfDevice} name="past-panel">
            {status.at && <PastPanel {...{ id, onGo }} at={status.at} height={chartHeight} />}
          </Panel>
        </div>
        <div class="charts">
          <Verdicts {...{ model, judged, isModule }} explanations={explanations.data} />
          <ModuleAlarms path={id} today={todayIn(zone)} zone={zone} revision={alarmsRevision} onGo={onGo} />
          <Panel title={text.facts} name="facts-panel">
            <Facts judged={judged} model={model} />
          </Panel>
        </div>
      </div>
      {explanations.data?.map((e, i) => (
        <details key={e.title} class="panel arithmetic">
          <summary>
            <h2>
              {text.explanation} <small>{nameOf(model, i, text)}</small>
            </h2>
          </summary>
          <ExplanationList explanation={e} />
        </details>
      ))}
    </>
  );
}
