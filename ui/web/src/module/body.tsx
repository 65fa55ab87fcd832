import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ModuleAlarms } from "../alarms/module";
import { todayIn } from "../alarms/range";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Curve, Explanation, Module, Progress, Status } from "../api/types";
import { DayChart } from "../charts/day";
import { GrowthChart } from "../charts/growth";
import type { Area } from "../charts/marks";
import { dayTime, knownZone } from "../charts/series";
import { PastPanel } from "../ledger/panel";
import { ledgerRevision } from "../ledger/when";
import { countShown, dayAreas, trendAreas } from "../marks/areas";
import { draftOf, intervalOf } from "../marks/draft";
import { draftShown, useMarking } from "../marks/marking";
import { MarksPanel } from "../marks/panel";
import { Loading } from "../notice";
import { Loaded, Panel } from "../panel";
import { type Choice, modelsOf } from "../state/model";
import type { Text } from "../text/en";
import { useText } from "../text/language";
import { AlarmFacts } from "./alarmfacts";
import { ExplanationList } from "./explanation";
import { Facts } from "./facts";
import { headline } from "./headline";
import type { ToMark } from "./mark";
import { OrderFacts } from "./orderfacts";

const chartHeight = 280; // pixels

/** Loads what each of the models says. */
export const byEach =
  <T,>(model: Choice, load: (model: string) => Promise<T>) =>
  () =>
    Promise.all(modelsOf(model).map(load));

interface BodyProps {
  id: string;
  model: Choice;
  judged: Module[];
  revision: number;
  status: Status | undefined;
  progress: Progress[];
  toMark: ToMark | undefined;
  alarmsRevision: number;
  onGo: (path: string) => void;
  onNote: (id: string, note: string) => void;
}

/** The charts, facts and arithmetic of a module that exists. */
export function Body(props: BodyProps) {
  const { id, model, judged, revision, status, progress, toMark, alarmsRevision, onGo, onNote } = props;
  const text = useText();
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
  const zone = knownZone(status?.timezone);
  const [changes, setChanges] = useState(0); // of marks, made here
  const marks = useResource("marks", revision + changes, () => api.marks(id));
  const marking = useMarking(zone, () => setChanges((n) => n + 1));
  useEffect(() => {
    if (toMark) marking.edit(draftOf(id, toMark.from, toMark.to, zone));
  }, [toMark?.from, toMark?.to]);
  const draft = draftShown(marking.step);
  const onDay = dayAreas(marks.data ?? [], id, draft, zone, text.marks);
  const onTrend = trendAreas(marks.data ?? [], id, draft, text.marks);
  const drag = (from: number, to: number) =>
    marking.step.at === "draft" && marking.edit({ ...marking.step.draft, ...intervalOf(from, to, zone) });

  const growth = judged[0]?.growth;
  const told = (areas: Area[], times: number[]) => text.marks.chart(countShown(areas, times));
  const sentence = judged[0] ? headline(judged[0].row, text) : "";
  return (
    <>
      <div class="columns">
        <div class="charts">
          <Panel title={text.today} unit={text.percentOfDevice}>
            <Loaded of={curves} empty={text.noCurve} isEmpty={([c]) => !c?.times?.length}>
              {(list) => (
                <Day
                  curves={list}
                  zone={status?.timezone}
                  areas={onDay}
                  onSelect={marking.step.at === "draft" ? drag : undefined}
                  label={`${text.today}. ${sentence}${told(onDay, list[0]?.times ?? [])}`}
                />
              )}
            </Loaded>
          </Panel>
          {status?.at && (
            <MarksPanel
              id={id}
              marks={marks}
              marking={marking}
              zone={zone}
              progress={progress}
              revision={ledgerRevision(status.at) + changes}
            />
          )}
          <Panel title={text.sixty} unit={text.percentOfDevice} below={growth?.reason}>
            <Loaded of={trend} empty={text.noTrend} isEmpty={(t) => !t.days?.length}>
              {(t) => (
                <GrowthChart
                  trend={t}
                  areas={onTrend}
                  height={chartHeight}
                  label={`${text.sixty}. ${t.growth.reason}${told(onTrend, t.days.map(dayTime))}`}
                />
              )}
            </Loaded>
          </Panel>
          <Panel title={text.ledger.past} unit={text.percentOfDevice}>
            {status?.at ? <PastPanel id={id} at={status.at} height={chartHeight} /> : <Loading />}
          </Panel>
        </div>
        <div class="charts">
          <Verdicts
            model={model}
            judged={judged}
            levels={status?.levels ?? []}
            explanations={explanations.data}
          />
          <ModuleAlarms path={id} today={todayIn(zone)} zone={zone} revision={alarmsRevision} onGo={onGo} />
          <Panel title={text.facts}>
            <Facts judged={judged} onNote={onNote} />
          </Panel>
        </div>
      </div>
      <Loaded of={explanations} empty="–" isEmpty={(list) => list.length === 0}>
        {(list) =>
          list.map((e, i) => (
            <Panel key={e.title} title={text.explanation} unit={nameOf(model, i, text)}>
              <ExplanationList explanation={e} />
            </Panel>
          ))
        }
      </Loaded>
    </>
  );
}

/** The name of one of two models; a single one needs none. */
export const nameOf = (model: Choice, i: number, text: Text) =>
  model === "both" ? text.models[modelsOf(model)[i] || "calibrated"] : "";

interface DayProps {
  curves: Curve[];
  zone: string | undefined;
  areas: Area[];
  onSelect: ((from: number, to: number) => void) | undefined;
  label: string;
}

function Day({ curves: [curve, other], ...rest }: DayProps) {
  if (!curve) return null;
  return <DayChart curve={curve} other={other} height={chartHeight} {...rest} />;
}

interface VerdictsProps {
  model: Choice;
  judged: Module[];
  levels: string[];
  explanations: Explanation[] | undefined;
}

/** Of each model whether an alarm runs, and what is to be ordered. */
function Verdicts({ model, judged, levels, explanations }: VerdictsProps) {
  const text = useText();
  const panels = (
    title: string,
    draw: (by: Module, explanation: Explanation | undefined) => ComponentChildren,
  ) =>
    judged.map((by, i) => (
      <Panel key={`${title} ${modelsOf(model)[i]}`} title={title} unit={nameOf(model, i, text)}>
        {draw(by, explanations?.[i])}
      </Panel>
    ));
  return (
    <>
      {panels(text.alarm.title, ({ row }, e) => (
        <AlarmFacts row={row} explanation={e} />
      ))}
      {panels(text.order.title, ({ growth }, e) => (
        <OrderFacts growth={growth} isModule={growth.level === levels.at(-1)} explanation={e} />
      ))}
    </>
  );
}
