import type { Alarm } from "../api/alarms";
import { ApiError, api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import { DayChart } from "../charts/day";
import type { Area } from "../charts/marks";
import { Loaded, Panel } from "../panel";
import { clock } from "../text/format";
import { useText } from "../text/language";

const height = 240; // pixels

interface Props {
  alarm: Alarm;
  zone: string | undefined;
  revision: number;
}

/** The day of the node at which an alarm rings, with its band and the time of the alarm. */
export function LoadPanel({ alarm, zone, revision }: Props) {
  const text = useText();
  const curve = useResource(`curve ${alarm.path}`, revision, () => api.curve(alarm.path, ""));
  if (curve.error instanceof ApiError && curve.error.code === 404) return null; // no node of the tree
  const area = areaOf(alarm, serverNow());
  const first = curve.data?.times[0];
  const earlier = first !== undefined && area.to < first;
  return (
    <Panel
      title={text.alarms.load}
      unit={text.percentOfDevice}
      below={earlier ? text.alarms.loadEarlier : undefined}
    >
      <Loaded of={curve} empty={text.noCurve} isEmpty={(c) => !c.times?.length}>
        {(c) => (
          <DayChart
            curve={c}
            other={undefined}
            zone={zone}
            areas={[area]}
            onSelect={undefined}
            label={`${text.today}. ${text.alarms.loadChart(clock(alarm.starts_at))}`}
            height={height}
          />
        )}
      </Loaded>
    </Panel>
  );
}

/** From when it began to fire to its end, or to now; millis is the time of the server. */
export function areaOf({ kind, starts_at, ends_at }: Alarm, millis: number): Area {
  const to = ends_at ? Date.parse(ends_at) : millis;
  return { from: Date.parse(starts_at) / 1000, to: to / 1000, label: kind, draft: false };
}
