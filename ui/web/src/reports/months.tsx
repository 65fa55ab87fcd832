import type { ReportMonth } from "../api/reports";
import { useMeaning } from "../explain/glossary";
import { Link } from "../link";
import type { Text } from "../text/en";
import { count, signed, unknown } from "../text/format";
import { useText } from "../text/language";
import { reportsPath } from "./view";

interface Props {
  months: ReportMonth[];
  next: string | undefined; // when the next one is published by schedule
  onGo: (path: string) => void;
}

const columns = {
  request: ({ total }: ReportMonth) => <b>{count(total.devices_to_request)}</b>,
  difference: ({ difference, difference_than: than }: ReportMonth, text: Text["reports"]) => (
    <>
      {signed(difference, 0)} {than && <small>{text.than(than)}</small>}
    </>
  ),
  cost,
  asks: ({ asking, total }: ReportMonth, { ofModules }: Text["reports"]) => (
    <>
      {count(asking)} <small>{ofModules(count(total.modules))}</small>
    </>
  ),
  risk: ({ total }: ReportMonth) => count(total.at_risk),
  sent: ({ deliveries: { waiting, delivered, partly, given_up } }: ReportMonth, text: Text["reports"]) => {
    const failed = partly + given_up;
    const all = waiting + delivered + failed;
    return all ? <span class={failed ? "error" : ""}>{text.sentTo(delivered, all, failed)}</span> : unknown;
  },
};

const ids = Object.keys(columns) as (keyof typeof columns)[];

function cost({ total, currency }: ReportMonth, { unpriced }: Text["reports"]) {
  if (total.cost === null) return unknown;
  return (
    <>
      {count(total.cost)} {currency}
      {!!total.unpriced && <span class="sub">{unpriced(count(total.unpriced))}</span>}
    </>
  );
}

/** The months that have a report, the newest first. */
export function Months({ months, next, onGo }: Props) {
  const text = useText().reports;
  const meaning = useMeaning("reports");
  return (
    <>
      <header class="about">
        <div>
          <h1>{text.title}</h1>
          <p>
            {text.about} {next ? text.next(stamp(next)) : text.noSchedule}
          </p>
        </div>
      </header>
      <section class="panel">
        <table class="changes months">
          <thead>
            <tr>
              {(["month", "state", ...ids] as const).map((id) => (
                <th key={id} scope="col" class={id} title={meaning(id)}>
                  {text.columns[id]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {months.map((month) => (
              <Line key={month.month} month={month} onGo={onGo} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Line({ month: of, onGo }: { month: ReportMonth; onGo: (path: string) => void }) {
  const text = useText().reports;
  const path = reportsPath({ month: of.month });
  return (
    <tr class="row" onClick={() => onGo(path)}>
      <th scope="row">
        <Link to={path} onGo={onGo}>
          {of.month}
        </Link>
      </th>
      <td class="state">
        <StateTag of={of} />
      </td>
      {of.error ? (
        <td colSpan={ids.length} class="error">
          {text.broken}: {of.error}
        </td>
      ) : (
        ids.map((id) => (
          <td key={id} class={id} data-label={text.columns[id]}>
            {columns[id](of, text)}
          </td>
        ))
      )}
    </tr>
  );
}

/** A day and time as the server has written it. */
export const stamp = (at: string | undefined) => (at ? at.slice(0, 16).replace("T", " ") : unknown);

/** A draft, or when it was published and by whom. */
export function StateTag({ of }: { of: ReportMonth }) {
  const text = useText().reports;
  return (
    <span class="report-state">
      <span class={of.published ? "tag published" : "tag"}>
        {of.published ? `✓ ${text.published}` : `✎ ${text.draft}`}
      </span>{" "}
      <small>
        {of.published ? text.at(stamp(of.published_at), of.who) : text.asOf(stamp(of.snapshot_at))}
      </small>
    </span>
  );
}
