import { useState } from "preact/hooks";
import type { Resource } from "../api/live";
import type { Curve } from "../api/types";
import { DayChart } from "../charts/day";
import { clockWriter } from "../charts/look";
import type { Area } from "../charts/marks";
import { explains } from "../explain/terms";
import { countShown } from "../marks/areas";
import { Loaded, Panel } from "../panel";
import { useText } from "../text/language";
import type { Lanes } from "./happenings";
import { LanesView } from "./lanes";

interface Props {
  id: string;
  curves: Resource<Curve[]>; // by one model, or by two
  zone: string | undefined; // that this browser knows
  areas: Area[];
  lanes: Lanes | undefined;
  sentence: string;
  height: number;
  onSelect: ((from: number, to: number) => void) | undefined;
  onGo: (path: string) => void;
}

/** The day of a node, and below its axis what happened in it. */
export function DayPanel({ id, curves, zone, areas, lanes, sentence, height, onSelect, onGo }: Props) {
  const text = useText();
  const times = curves.data?.[0]?.times ?? [];
  const [range, setRange] = useState<[number, number]>(); // that the chart shows, once it is drawn
  const [first, last] = range ?? [times[0] ?? 0, times.at(-1) ?? 0];
  return (
    <Panel
      title={<span {...explains("load", id)}>{text.today}</span>}
      unit={text.percentOfDevice}
      name="day-panel"
    >
      <Loaded of={curves} empty={text.noCurve} isEmpty={([c]) => !c?.times?.length}>
        {([curve, other]) =>
          curve && (
            <DayChart
              {...{ curve, other, zone, areas, onSelect, height }}
              label={`${text.today}. ${sentence}${text.marks.chart(countShown(areas, times))}`}
              onRange={(from, to) => setRange([from, to])}
            >
              <LanesView {...{ id, lanes, first, last, onGo }} clock={clockWriter(zone)} />
            </DayChart>
          )
        }
      </Loaded>
    </Panel>
  );
}
