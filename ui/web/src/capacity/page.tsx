import { useMemo } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Status } from "../api/types";
import { useKeys } from "../keys";
import { Failure, Waiting } from "../notice";
import { Panel } from "../panel";
import { modulePath } from "../state/view";
import { joinGrowth } from "../table/entries";
import { count, unknown } from "../text/format";
import { useText } from "../text/language";
import { TreePage } from "../tree/page";
import { WhatIfLink } from "../whatif/link";
import { whatIfPath } from "../whatif/view";
import { List } from "./list";
import { below, joinShortfalls, type Module, quadrantOf, type Sums, sumUp, tightBelow } from "./modules";
import { runwayEnd, runways } from "./runway";
import { RunwayList } from "./runwaylist";
import { Scatter } from "./scatter";
import { type CapacityView, type Quadrant, quadrants } from "./view";

interface Props {
  view: CapacityView;
  revision: number;
  status: Status | undefined;
  onView: (view: CapacityView) => void;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** Which modules fill up when, how fast they grow, and what has to be ordered. */
export function CapacityPage({ view, revision, status, onView, onGo, onBack }: Props) {
  const text = useText();
  useKeys({ Escape: onBack });
  const all = useResource("capacity", revision, loadModules);
  const modules = useMemo(() => below(all.data ?? [], view.path), [all.data, view.path]);
  return (
    <TreePage
      class="capacity-page"
      title={text.capacity.title}
      path={view.path}
      status={status}
      tools={<WhatIfLink path={view.path} onWhatIf={(asked) => onGo(whatIfPath(asked))} />}
      onPath={(path) => onView({ ...view, path, part: "" })}
    >
      {!all.data && <Waiting error={all.error} />}
      {all.data && (
        <div class="sheets">
          {all.error && <Failure error={all.error} />}
          <Body
            modules={modules}
            view={view}
            today={status?.at?.slice(0, 10) ?? ""}
            levels={status?.levels.length ?? 0}
            onView={onView}
            onGo={onGo}
          />
        </div>
      )}
    </TreePage>
  );
}

async function loadModules(): Promise<Module[]> {
  const [rows, growth, shortfalls] = await Promise.all([
    api.warnings("", ""),
    api.growth("", ""),
    api.shortages(),
  ]);
  return joinShortfalls(joinGrowth(rows, growth), shortfalls);
}

interface BodyProps extends Pick<Props, "view" | "onView" | "onGo"> {
  modules: Module[];
  today: string;
  levels: number;
}

function Body({ modules, view, today, levels, onView, onGo }: BodyProps) {
  const text = useText().capacity;
  const sums = useMemo(() => sumUp(modules), [modules]);
  const parts = useMemo(() => runways(modules, view.path, today), [modules, view.path, today]);
  const placed = modules.map(quadrantOf);
  const known = placed.filter((quadrant) => quadrant !== null).length;
  const open = (id: string) => onGo(modulePath(id, ""));
  const choose = (part: Quadrant) => onView({ ...view, part: view.part === part ? "" : part, show: "all" });
  const down = (id: string) =>
    id.split("/").length < levels ? onView({ ...view, path: id, part: "" }) : open(id);
  return (
    <>
      {modules.length > 0 && <Figures sums={sums} />}
      {known === 0 && (
        <p class="nothing">
          <b>{text.emptyTitle}.</b> {text.empty}
        </p>
      )}
      {known > 0 && (
        <div class="pictures">
          <Panel title={text.plane} unit={text.planeUnit} below={text.tightNote(tightBelow)}>
            <div class="quadrants">
              {quadrants.map((one) => (
                <button
                  key={one}
                  type="button"
                  class="action"
                  aria-pressed={view.part === one}
                  onClick={() => choose(one)}
                >
                  {text.quadrants[one]} <small>{count(placed.filter((q) => q === one).length)}</small>
                </button>
              ))}
            </div>
            <Scatter modules={modules} part={view.part} onPart={choose} onOpen={open} />
            <Legend unplaced={modules.length - known} />
          </Panel>
          <Panel
            title={text.runway}
            unit={text.runwayUnit}
            below={text.runwayNote(Math.max(0, ...parts.map(({ lead }) => lead)))}
          >
            <RunwayList runways={parts} end={runwayEnd(parts)} onDown={({ id }) => down(id)} />
          </Panel>
        </div>
      )}
      {modules.length > 0 && <List modules={modules} view={view} onView={onView} onGo={onGo} />}
    </>
  );
}

function Legend({ unplaced }: { unplaced: number }) {
  const text = useText().capacity;
  return (
    <p class="legend">
      <span class="full">▲ {text.kinds.full}</span> <span class="asks">◆ {text.kinds.asks}</span>{" "}
      <span class="calm">● {text.kinds.calm}</span> {text.edge}{" "}
      {unplaced > 0 && text.unplaced(count(unplaced))}
    </p>
  );
}

/** The scope in a few numbers. */
function Figures({ sums }: { sums: Sums }) {
  const { figures: say, title } = useText().capacity;
  const { leads, deliveries } = sums;
  const ends = (list: (string | number)[]) => [...new Set([list[0], list.at(-1)])].join(" – ");
  const none = sums.modules === sums.learning + sums.stale; // is judged
  const known = (n: number) => (none ? unknown : count(n));
  const figures = [
    [known(sums.full), say.full, say.fullBelow(count(sums.modules), known(sums.fullDevices))],
    [known(sums.request), say.request, say.requestBelow(known(sums.needed), count(sums.devices))],
    [ends(deliveries) || unknown, say.delivery, leads.length > 0 && say.leads(ends(leads))],
    [count(sums.learning + sums.stale), say.unjudged, say.unjudgedBelow(sums.learning, sums.stale)],
  ];
  return (
    <section class="pool-totals" aria-label={title}>
      {figures.map(([value, name, below]) => (
        <div key={`${name}`}>
          <p class="value">
            <b>{value}</b> {name}
          </p>
          <p class="more">{below}</p>
        </div>
      ))}
    </section>
  );
}
