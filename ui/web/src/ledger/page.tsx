import { api } from "../api/client";
import type { Ledger, LedgerSummary } from "../api/ledger";
import { useResource } from "../api/live";
import type { Status } from "../api/types";
import { AccuracyChart } from "../charts/accuracy";
import { Choice } from "../choice";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Failure, Loading, Waiting } from "../notice";
import { Panel } from "../panel";
import { type LedgerView, ledgerSpans, modulePath, namesOf } from "../state/view";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { TreePage } from "../tree/page";
import { isScored, NothingYet } from "./empty";
import { PastPanel } from "./panel";
import { forecastName, SummaryTable, summaryKey } from "./summary";
import { dayBefore, ledgerRevision } from "./when";

interface Props {
  view: LedgerView;
  status: Status | undefined;
  onView: (view: LedgerView) => void;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** How right the forecasts were: by task and horizon, and where they were worst. */
export function LedgerPage({ view, status, onView, onGo, onBack }: Props) {
  const text = useText();
  useKeys({ Escape: onBack });
  return (
    <TreePage
      class="ledger-page"
      title={text.ledger.title}
      path={view.path}
      status={status}
      tools={<Span days={view.days} onDays={(days) => onView({ ...view, days })} />}
      onPath={(path) => onView({ ...view, path })}
    >
      {!status && <Loading />}
      {status && !status.at && <p class="nothing">{text.emptyTitle}</p>}
      {status?.at && <Body view={view} at={status.at} onView={onView} onGo={onGo} />}
    </TreePage>
  );
}

function Span({ days, onDays }: { days: number; onDays: (days: number) => void }) {
  const { ledger } = useText();
  return (
    <Choice
      label={ledger.span}
      value={`${days}`}
      options={ledgerSpans.toSorted((a, b) => a - b).map((n) => [`${n}`, ledger.lastDays(n)])}
      onChange={(n) => onDays(Number(n))}
    />
  );
}

interface BodyProps {
  view: LedgerView;
  at: string; // the server's time
  onView: (view: LedgerView) => void;
  onGo: (path: string) => void;
}

/** The two tables; the server is asked for all forecasts, and for those that were chosen. */
function Body({ view, at, onView, onGo }: BodyProps) {
  const text = useText();
  const { path, days, task, horizon } = view;
  const from = dayBefore(at, days);
  const revision = ledgerRevision(at);
  const all = useResource(`ledger ${path} ${days}`, revision, () => api.ledger({ path, from }));
  const chosen = useResource(`ledger ${path} ${days} ${task} ${horizon}`, revision, () =>
    task ? api.ledger({ path, from, task, horizon }) : Promise.resolve(null),
  );
  const ledger = all.data;
  if (!ledger) return <Waiting error={all.error} />;
  const shown = task ? chosen.data : ledger;
  const about = shown?.days.findLast(({ summary }) => summary.scored > 0)?.summary;
  return (
    <div class="sheets">
      <p class="reason">{text.ledger.about(ledger.from, ledger.to, decimal(100 * ledger.level, 0))}</p>
      {!isScored(ledger) && <NothingYet ledger={ledger} at={at} />}
      {ledger.summary.length > 0 && (
        <section class="panel">
          <h2>{text.ledger.byHorizon}</h2>
          <ByHorizon ledger={ledger} view={view} onView={onView} />
        </section>
      )}
      {shown && about && (
        <Panel title={text.ledger.byDay} unit={forecastName(about, text)} name="by-day">
          <AccuracyChart days={shown.days} height={220} />
        </Panel>
      )}
      {path && (
        <Panel title={text.ledger.past} unit={namesOf(path).join(" › ")}>
          <PastPanel key={path} id={path} at={at} height={220} onGo={onGo} />
        </Panel>
      )}
      {chosen.error && <Failure error={chosen.error} />}
      {shown && shown.worst.length > 0 && <Worst ledger={shown} onGo={onGo} />}
    </div>
  );
}

/** The forecast whose worst modules are shown: the one that was chosen, or what the server did. */
const isChosen = (s: LedgerSummary, { task, horizon }: LedgerView, ledger: Ledger) => {
  const served = ledger.worst[0]?.summary;
  return task
    ? s.task === task && s.horizon === horizon
    : s.task === served?.task && s.horizon === served.horizon;
};

function ByHorizon({ ledger, view, onView }: { ledger: Ledger } & Pick<BodyProps, "view" | "onView">) {
  const text = useText();
  return (
    <SummaryTable
      first={text.ledger.forecast}
      level={ledger.level}
      lines={ledger.summary.map((summary) => {
        const chosen = isChosen(summary, view, ledger);
        const { task, horizon } = summary;
        return {
          key: summaryKey(summary),
          chosen,
          summary,
          name: (
            <button
              type="button"
              aria-pressed={chosen}
              title={text.ledger.showWorst}
              onClick={() => onView({ ...view, task, horizon })}
            >
              {forecastName(summary, text)}
            </button>
          ),
        };
      })}
    />
  );
}

function Worst({ ledger, onGo }: { ledger: Ledger; onGo: (path: string) => void }) {
  const text = useText();
  const of = ledger.worst[0]?.summary;
  return (
    <section class="panel worst">
      <h2>
        {text.ledger.worst} {of && <small>{forecastName(of, text)}</small>}
      </h2>
      <SummaryTable
        first={text.columns.path}
        level={ledger.level}
        lines={ledger.worst.map(({ id, summary }) => ({
          key: `${id} ${summary.replayed}`,
          summary,
          name: (
            <Link to={modulePath(id, "")} onGo={onGo}>
              <span class="main">{namesOf(id).at(-1)}</span>
              <span class="sub">{namesOf(id).slice(0, -1).join(" › ")}</span>
            </Link>
          ),
        }))}
      />
    </section>
  );
}
