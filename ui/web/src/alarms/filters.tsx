import { useRef } from "preact/hooks";
import type { AlarmCount } from "../api/alarms";
import { useKeys } from "../keys";
import { Search } from "../search";
import { namesOf } from "../state/view";
import { count } from "../text/format";
import { useText } from "../text/language";
import { withoutFilters } from "./empty";
import { bySeverity, facetsOf, severityClass } from "./facets";
import { type AlarmsView, defaultAlarms } from "./view";

interface Props {
  view: AlarmsView;
  counts: AlarmCount[]; // of the alarms that can be filtered
  active: boolean;
  onView: (view: AlarmsView) => void;
}

/** The server is asked when typing pauses. */
const pauseMillis = 300;

/** Search and filters, all of which stand in the URL. */
export function Filters({ view, counts, active, onView }: Props) {
  const text = useText().alarms;
  const input = useRef<HTMLInputElement>(null);
  const toggleOpen = () => onView({ ...view, open: !view.open });
  useKeys(active ? { "/": () => input.current?.select(), o: toggleOpen } : {});
  const severities = bySeverity(facetsOf(counts, "severity", view));
  const kinds = facetsOf(counts, "kind", view);
  return (
    <search class="alarm-filters">
      <Search
        input={input}
        value={view.search}
        name={text.search}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      <label class="chip" title={text.openTitle}>
        <input type="checkbox" checked={view.open} onChange={toggleOpen} />
        {text.open}
      </label>
      {severities.map(({ value, alarms }) => (
        <label key={value} class={`chip ${severityClass(value)}`}>
          <input
            type="checkbox"
            checked={view.severity === value}
            onChange={() => onView({ ...view, severity: view.severity === value ? "" : value })}
          />
          {value} <small>{count(alarms)}</small>
        </label>
      ))}
      <label class="select">
        <span class="hidden">{text.kind}</span>
        <select value={view.kind} onChange={(e) => onView({ ...view, kind: e.currentTarget.value })}>
          <option value="">{text.anyKind}</option>
          {kinds.map(({ value, alarms }) => (
            <option key={value} value={value}>
              {value} ({count(alarms)})
            </option>
          ))}
        </select>
      </label>
      <Chosen view={view} onView={onView} />
    </search>
  );
}

/** Filters that were chosen elsewhere on the page, each to be taken away here. */
function Chosen({ view, onView }: Pick<Props, "view" | "onView">) {
  const text = useText().alarms;
  const chosen = [
    {
      name: "outcome",
      label: view.outcome === "all" ? text.received : view.outcome && text.outcomes[view.outcome],
    },
    { name: "kind", label: view.kind },
    { name: "path", label: view.path && namesOf(view.path).join(" › ") },
  ].filter(({ label }) => label !== "");
  const any = chosen.length > 0 || view.severity || view.search;
  return (
    <>
      {chosen.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          class="chip chosen"
          aria-label={text.drop(label)}
          onClick={() => onView({ ...view, [name]: defaultAlarms[name as "path"] })}
        >
          {label} <i aria-hidden="true">×</i>
        </button>
      ))}
      {any && (
        <button
          type="button"
          class="way"
          onClick={() => onView({ ...withoutFilters(view), open: view.open })}
        >
          {text.clear}
        </button>
      )}
    </>
  );
}
