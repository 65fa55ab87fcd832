import { api } from "../api/client";
import { useResource } from "../api/live";
import { PastChart } from "../charts/past";
import { narrowQuery, useMatches } from "../media";
import { Waiting } from "../notice";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { isScored, NothingYet } from "./empty";
import { Singles } from "./singles";
import { forecastName, SummaryTable, summaryKey } from "./summary";
import { ledgerRevision } from "./when";

interface Props {
  id: string;
  at: string; // the server's time
  height: number;
  onGo: (path: string) => void;
}

/** What was forecast of a node beside what came: its days as a picture, its errors as a table. */
export function PastPanel({ id, at, height, onGo }: Props) {
  const text = useText();
  const days = useMatches(narrowQuery) ? 10 : 30; // as many as can be told apart
  const { data: ledger, error } = useResource(`ledger ${id}`, ledgerRevision(at), () =>
    api.ledger({ module: id }),
  );
  if (!ledger) return <Waiting error={error} />;
  if (ledger.summary.length === 0) return <NothingYet ledger={ledger} at={at} />;
  return (
    <>
      {ledger.entries.some(({ task }) => task === "peak") && (
        <>
          <PastChart entries={ledger.entries} days={days} height={height} />
          <p class="reason">{text.ledger.chartNote(decimal(100 * ledger.level, 0))}</p>
        </>
      )}
      {!isScored(ledger) && <NothingYet ledger={ledger} at={at} />}
      <SummaryTable
        first={text.ledger.forecast}
        level={ledger.level}
        lines={ledger.summary.map((summary) => ({
          key: summaryKey(summary),
          name: forecastName(summary, text),
          summary,
        }))}
      />
      <Singles entries={ledger.entries} onGo={onGo} />
    </>
  );
}
