import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Excursion } from "../api/marks";
import { More } from "../more";
import { Waiting } from "../notice";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { writeInterval } from "./wall";

interface Props {
  id: string;
  revision: number;
  onPick: (excursion: Excursion) => void;
}

const days = 45; // that the server looks through
const few = 3; // that are shown at first

/** The past alarms that no mark covers, each of which can be marked. */
export function PastAlarms({ id, revision, onPick }: Props) {
  const text = useText();
  const { past } = text.marks;
  const [most, setMost] = useState(few);
  const { data, error } = useResource(`excursions ${id}`, revision, () => api.excursions(id));
  if (!data) return <Waiting error={error} />;
  const open = data.filter((e) => e.mark === null);
  const marked = data.length - open.length;
  const shown = open.slice(0, most);
  return (
    <section class="past-alarms">
      <h3>{past.title}</h3>
      <p class="reason">
        {past.about(days)} {open.length === 0 && (marked > 0 ? past.allMarked : past.none)}
        {open.length > 0 && marked > 0 && past.marked(marked)}
      </p>
      <ul>
        {shown.map((e) => (
          <Alarm key={e.from} excursion={e} onPick={onPick} />
        ))}
      </ul>
      <More class="action" shown={most} all={open.length} step={open.length} onShow={setMost} />
    </section>
  );
}

function Alarm({ excursion, onPick }: { excursion: Excursion; onPick: Props["onPick"] }) {
  const text = useText();
  const { past } = text.marks;
  const { from, to, direction, score, running } = excursion;
  const interval = writeInterval(from, to);
  return (
    <li>
      <span class={`way ${direction}`}>{direction === "up" ? `↑ ${text.up}` : `↓ ${text.down}`}</span>
      <span class="when">{interval}</span>
      <span class="what">
        {score !== null && past.score(decimal(score))}
        {running && `, ${past.running}`}
      </span>
      <button
        type="button"
        class="action"
        aria-label={past.markOf(interval)}
        onClick={() => onPick(excursion)}
      >
        {past.mark}
      </button>
    </li>
  );
}
