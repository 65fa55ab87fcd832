import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { useKeys } from "../keys";
import { Loaded } from "../panel";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { MonthBody } from "./month";
import { Months } from "./months";
import { type ReportsView, reportsPath } from "./view";

interface Props {
  view: ReportsView;
  revision: number;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** The monthly reports: all months, or one of them. */
export function ReportsPage({ view: { month }, revision, onGo, onBack }: Props) {
  const text = useText().reports;
  useKeys({ Escape: month ? () => onGo(reportsPath({ month: "" })) : onBack });
  const title = month ? text.of(month) : text.title;
  useTitle(title);
  const [changes, setChanges] = useState(0); // that were made here
  const months = useResource("reports", revision + changes, api.reports);
  return (
    <main class="whatif-page reports-page">
      <Loaded of={months} empty={text.empty} isEmpty={({ months: all }) => all.length === 0 && month === ""}>
        {({ months: all, ways, next }) =>
          month ? (
            <MonthBody
              key={month}
              month={month}
              kept={all.find((one) => one.month === month)}
              ways={ways}
              revision={revision + changes}
              onChange={() => setChanges(changes + 1)}
              onGo={onGo}
            />
          ) : (
            <Months months={all} next={next} onGo={onGo} />
          )
        }
      </Loaded>
    </main>
  );
}
