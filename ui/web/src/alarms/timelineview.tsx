import { useState } from "preact/hooks";
import { outcomes } from "../api/alarms";
import { api, serverNow } from "../api/client";
import { useResource } from "../api/live";
import { Choice } from "../choice";
import { toWall } from "../marks/wall";
import { count } from "../text/format";
import { useText } from "../text/language";
import { useKept } from "./kept";
import type { ListProps } from "./listpart";
import { rangeOf } from "./range";
import { clockOf, type Lane, lanesOf, quarterOf, quarters, type Slot } from "./timeline";

const most = 6; // lanes
const height = 26; // of a lane, in the units of its drawing

/** The alarms of the day over time; what is folded or muted is lighter. */
export function Timeline({ view, zone, today, revision, onView }: ListProps) {
  const text = useText().alarms;
  const [read, setRead] = useState<{ lane: string; slot: Slot }>();
  const { lanes: by, path, day } = view;
  const asked = { ...rangeOf(view, today, zone), path };
  const key = `${by} ${JSON.stringify(asked)}`;
  const counts = useKept(
    useResource(`timeline ${key}`, revision, () => api.alarmStats(asked, `quarter,${by},outcome`)),
  );
  const lanes = lanesOf(counts.data ?? [], by, most, text.others);
  if (lanes.length === 0) return null;
  const top = Math.max(...lanes.flatMap(({ slots }) => slots.map(({ all }) => all)));
  const now = day === "" || day === today ? quarterOf(toWall(serverNow() / 1000, zone)) : null;
  const name = (lane: string) => lane || text.unknownPath;
  const about = ({ by: parts }: Slot) =>
    outcomes.flatMap((o) => (parts[o] ? [`${text.outcomes[o]} ${count(parts[o])}`] : [])).join(", ");
  const told = (lane: string, slot: Slot) =>
    `${clockOf(slot.at)}–${clockOf(slot.at + 1)} ${name(lane)}: ${text.members(slot.all)} (${about(slot)})`;
  return (
    <section class="timeline" aria-label={text.timeline}>
      <p class="head">
        <b>{text.timeline}</b>
        <Choice
          label={text.lanes.title}
          value={by}
          options={[
            ["business", text.lanes.business],
            ["kind", text.lanes.kind],
          ]}
          onChange={(lanes) => onView({ ...view, lanes: lanes === "kind" ? "kind" : "business" })}
        />
        <span role="status">{read ? told(read.lane, read.slot) : text.timelineHint}</span>
      </p>
      <div class="lanes" aria-hidden="true">
        {lanes.map((lane) => (
          <LaneRow
            key={lane.name}
            {...{ lane, top, now }}
            name={name(lane.name)}
            onRead={(slot) => setRead({ lane: lane.name, slot })}
          />
        ))}
        <span class="axis">
          {[0, 6, 12, 18, 24].map((hour) => (
            <i key={hour}>{clockOf(hour * 4)}</i>
          ))}
        </span>
      </div>
      <details>
        <summary>{text.asList}</summary>
        <ul>
          {lanes.flatMap((lane) =>
            lane.slots.map((slot) => <li key={`${lane.name} ${slot.at}`}>{told(lane.name, slot)}</li>),
          )}
        </ul>
      </details>
    </section>
  );
}

interface LaneProps {
  lane: Lane;
  name: string;
  top: number; // the most alarms in a quarter of an hour
  now: number | null; // quarter; null: another day
  onRead: (slot: Slot) => void;
}

/** One lane; a bar is at least so high that one alarm among thousands is seen. */
function LaneRow({ lane, name, top, now, onRead }: LaneProps) {
  const high = (n: number) => (n === 0 ? 0 : Math.max(3, ((height - 2) * n) / top));
  const read = (e: PointerEvent & { currentTarget: Element }) => {
    const { left, width } = e.currentTarget.getBoundingClientRect();
    const at = Math.floor((quarters * (e.clientX - left)) / width);
    const near = lane.slots.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
    if (near && Math.abs(near.at - at) <= 1) onRead(near);
  };
  return (
    <>
      <span class="name" title={name}>
        {name} <small>{count(lane.all)}</small>
      </span>
      <svg
        viewBox={`0 0 ${quarters} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={read}
        onPointerDown={read}
      >
        {lane.slots.map((slot) => {
          const loud = high(slot.all - slot.quiet);
          const whole = Math.max(high(slot.all), loud + (slot.quiet > 0 ? 2 : 0));
          return (
            <g key={slot.at}>
              <rect class="quiet" x={slot.at} width={0.8} y={height - whole} height={whole - loud} />
              <rect class="loud" x={slot.at} width={0.8} y={height - loud} height={loud} />
            </g>
          );
        })}
        {now !== null && <rect class="now" x={now} width={0.2} y={0} height={height} />}
      </svg>
    </>
  );
}
