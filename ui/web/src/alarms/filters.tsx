import type { AlarmCount } from "../api/alarms";
import { Chip, Choice } from "../choice";
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

/** Search and filters, all of which stand in the URL. */
export function Filters({ view, counts, active, onView }: Props) {
  const text = useText().alarms;
  const toggleOpen = () => onView({ ...view, open: !view.open });
  useKeys(active ? { o: toggleOpen } : {});
  const severities = bySeverity(facetsOf(counts, "severity", view));
  const kinds = facetsOf(counts, "kind", view);
  return (
    <search class="alarm-filters">
      <Search
        active={active}
        value={view.search}
        name={text.search}
        onSearch={(search) => onView({ ...view, search })}
      />
      <Chip on={view.open} title={text.openTitle} onChange={toggleOpen}>
        {text.open}
      </Chip>
      {severities.map(({ value, alarms }) => (
        <Chip
          key={value}
          class={severityClass(value)}
          on={view.severity === value}
          onChange={() => onView({ ...view, severity: view.severity === value ? "" : value })}
        >
          {value} <small>{count(alarms)}</small>
        </Chip>
      ))}
      <Choice
        label={text.kind}
        value={view.kind}
        options={[
          ["", text.anyKind],
          ...kinds.map(({ value, alarms }) => [value, `${value} (${count(alarms)})`] as const),
        ]}
        onChange={(kind) => onView({ ...view, kind })}
      />
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
