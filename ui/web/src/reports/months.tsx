import type { ReportMonth } from "../api/reports";
import { Link } from "../link";
import { count, signed, unknown } from "../text/format";
import { useText } from "../text/language";
import { reportsPath } from "./view";

interface Props {
  months: ReportMonth[];
  onGo: (path: string) => void;
}

const columns = ["month", "state", "request", "difference", "cost", "asks", "risk"] as const;

/** The months that have a report, the newest first. */
export function Months({ months, onGo }: Props) {
  const text = useText().reports;
  return (
    <>
      <header class="about">
        <div>
          <h1>{text.title}</h1>
          <p>{text.about}</p>
        </div>
      </header>
      <section class="panel">
        <table class="changes months">
          <thead>
            <tr>
              {columns.map((id) => (
                <th key={id} scope="col" class={id} title={text.titles[id]}>
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
  const { month, total, currency, error } = of;
  const path = reportsPath({ month });
  const cell = (id: (typeof columns)[number]) => ({ class: id, "data-label": text.columns[id] });
  return (
    <tr class="row" onClick={() => onGo(path)}>
      <th scope="row">
        <Link to={path} onGo={onGo}>
          <span class="main">{month}</span>
        </Link>
      </th>
      <td {...cell("state")}>
        <StateTag of={of} />
      </td>
      {error ? (
        <td colSpan={columns.length - 2} class="error">
          {text.broken}: {error}
        </td>
      ) : (
        <>
          <td {...cell("request")}>
            <b>{count(total.devices_to_request)}</b>
          </td>
          <td {...cell("difference")}>{signed(of.difference, 0)}</td>
          <td {...cell("cost")}>
            {total.cost === null ? unknown : `${count(total.cost)} ${currency}`}
            {total.cost !== null && (total.unpriced ?? 0) > 0 && (
              <span class="sub">{text.unpriced(count(total.unpriced))}</span>
            )}
          </td>
          <td {...cell("asks")}>
            {count(of.asking)} <small>{text.ofModules(count(total.modules))}</small>
          </td>
          <td {...cell("risk")}>{count(total.at_risk)}</td>
        </>
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
