import { useState } from "preact/hooks";
import { More } from "../more";
import { useText } from "../text/language";
import type { Runway } from "./runway";

interface Props {
  runways: Runway[];
  end: number; // days that the bars reach
  onDown: (runway: Runway) => void;
}

const page = 10;

/** How long each part lasts, as bars from the earliest day to the latest. */
export function RunwayList({ runways, end, onDown }: Props) {
  const text = useText().capacity;
  const [limit, setLimit] = useState(page);
  return (
    <>
      <ul class="runways">
        {runways.slice(0, limit).map((runway) => (
          <li key={runway.id}>
            <button type="button" title={text.down(runway.name)} onClick={() => onDown(runway)}>
              <span class="name">{runway.name}</span>
              <Track runway={runway} end={end} />
              <Words runway={runway} />
            </button>
          </li>
        ))}
      </ul>
      <More class="more" shown={limit} all={runways.length} step={page} onShow={setLimit} />
    </>
  );
}

function Track({
  runway: { days, earliest, latest, lead, full },
  end,
}: Omit<Props, "runways" | "onDown"> & { runway: Runway }) {
  const at = (n: number) => `${(100 * Math.max(0, Math.min(n, end))) / end}%`;
  return (
    <span class={`track ${full > 0 ? "short" : ""}`} aria-hidden="true">
      {earliest !== null && earliest < end && (
        <i class="interval" style={{ left: at(earliest), right: `calc(100% - ${at(latest ?? end)})` }} />
      )}
      <i class="lead" style={{ left: at(lead) }} />
      {days !== null && days <= end && <i class="at" style={{ left: at(days) }} />}
    </span>
  );
}

function Words({ runway: { days, earliest, latest, modules, full, devices } }: { runway: Runway }) {
  const text = useText().capacity;
  const when = days === null ? text.notInSight : days <= 0 ? text.today : text.inDays(days);
  return (
    <>
      <span class="when">
        <b>{when}</b>{" "}
        <small>
          {days !== null && (earliest !== days || latest !== days) && text.between(earliest, latest)}
          {days === null && earliest !== null && text.earliest(earliest)}
        </small>
      </span>
      <span class="counts">{text.fullOf(full, modules, devices)}</span>
    </>
  );
}
