import { Choice } from "../choice";
import { useText } from "../text/language";
import { addDays } from "./range";
import { type AlarmsView, spans } from "./view";

interface Props {
  view: AlarmsView;
  today: string; // YYYY-MM-DD
  offered?: number[]; // numbers of days
  onView: (view: AlarmsView) => void;
}

/** The chosen days: one after the other, by date, or several up to it. */
export function Days({ view, today, offered = spans, onView }: Props) {
  const text = useText().alarms;
  const last = view.day || today;
  const choose = (day: string) => onView({ ...view, open: false, day: day >= today ? "" : day });
  return (
    <div class="days">
      <button
        type="button"
        title={text.before}
        aria-label={text.before}
        onClick={() => choose(addDays(last, -view.days))}
      >
        ‹
      </button>
      <input
        type="date"
        aria-label={text.day}
        value={last}
        max={today}
        required
        onChange={(e) => e.currentTarget.value && choose(e.currentTarget.value)}
      />
      <button
        type="button"
        title={text.after}
        aria-label={text.after}
        disabled={last >= today}
        onClick={() => choose(addDays(last, view.days))}
      >
        ›
      </button>
      <button type="button" class="today" disabled={view.day === ""} onClick={() => choose(today)}>
        {text.today}
      </button>
      <Choice
        label={text.span}
        value={`${view.days}`}
        options={offered.map((n) => [`${n}`, text.days(n)])}
        onChange={(days) => onView({ ...view, open: false, days: Number(days) })}
      />
    </div>
  );
}
