import type { Alarm } from "../api/alarms";
import { api, root } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Command } from "../table/empty";
import { useText } from "../text/language";
import { type AlarmsView, alarmsPath, defaultAlarms } from "./view";
import { moment } from "./words";

interface Props {
  view: AlarmsView;
  today: string; // YYYY-MM-DD
  revision: number;
  onGo: (path: string) => void;
}

/** Why there is no alarm to show, and what to do about it. */
export function NoAlarms({ view, today, revision, onGo }: Props) {
  const text = useText().alarms;
  const newest = useResource("newest alarm", revision, () => api.alarms({}, 1));
  if (!newest.data) return null;
  const [last] = newest.data.alarms;
  if (!last) return <Never />;
  if (isFiltered(view)) return <p class="nothing">{text.nothing}</p>;
  return (
    <p class="nothing">
      {view.open ? text.noneOpen : text.noneThen} <Last alarm={last} today={today} onGo={onGo} />
    </p>
  );
}

const isFiltered = (view: AlarmsView) =>
  [view.outcome, view.severity, view.kind, view.path, view.search].some((filter) => filter !== "");

/** The view without its filters; the days stay. */
export const withoutFilters = ({ part, day, days }: AlarmsView): AlarmsView => ({
  ...defaultAlarms,
  part,
  day,
  days,
});

function Last({ alarm, today, onGo }: { alarm: Alarm; today: string; onGo: Props["onGo"] }) {
  const text = useText().alarms;
  const day = alarm.received_at.slice(0, 10);
  return (
    <>
      {text.last(moment(alarm.received_at, today))}{" "}
      <Link to={alarmsPath({ ...defaultAlarms, day: day === today ? "" : day })} onGo={onGo} class="way">
        {text.showDay}
      </Link>
    </>
  );
}

/** How to send alarms here. */
function Never() {
  const text = useText().alarms;
  return (
    <div class="first-steps never">
      <h2>{text.never}</h2>
      <p>{text.neverPrometheus}</p>
      <Command line={prometheusConfig(new URL(root))} />
      <p>{text.neverVmalert}</p>
      <Command line={`vmalert -rule=alerts.yml -notifier.url=${root.replace(/\/$/, "")}`} />
      <p>{text.neverAmtool}</p>
      <Command line={`amtool alert add Test severity=info --alertmanager.url=${root}`} />
    </div>
  );
}

/** The part of prometheus.yml that sends alarms to a server. */
export function prometheusConfig({ protocol, host, pathname }: URL): string {
  const prefix = pathname.replace(/\/$/, "");
  return [
    "alerting:",
    "  alertmanagers:",
    `    - static_configs: [{targets: ["${host}"]}]`,
    ...(protocol === "https:" ? ["      scheme: https"] : []),
    ...(prefix ? [`      path_prefix: ${prefix}`] : []),
  ].join("\n");
}
