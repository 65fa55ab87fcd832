import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api } from "../api/client";
import type { ModuleSummary } from "../api/fleet";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { named, worstFirst } from "./consistency";
import { ConsistencyBody } from "./consistencybody";
import { EnvironmentPanel } from "./environment";
import { FilterField, Listing } from "./listing";
import type { PartProps } from "./page";

/** What nodes shall have and what they have, module by module. */
export function ConsistencyPart(props: PartProps) {
  const { view, shown, revision, zone, onView, onGo } = props;
  const text = useText().changes.consistency;
  const { path, search, chosen } = view;
  const found = useFresh(`consistency ${path}`, revision, shown, () => api.consistency(path));
  const box = useFocusKeys(shown, ".standing .line");
  const today = todayIn(zone);
  return (
    <>
      <Listing
        of={found}
        box={box}
        isEmpty={({ list }) => list.length === 0}
        empty={
          <div class="first-steps">
            <h2>{text.noneTitle}</h2>
            <p>{text.noneText}</p>
          </div>
        }
        filters={
          <>
            <FilterField {...props} field="search" name={text.search} />
            {found.data && found.data.modules > 0 && (
              <span class="overview">{text.total(found.data.affected, found.data.modules)}</span>
            )}
          </>
        }
      >
        {({ list }) => (
          <ol class="lines">
            {worstFirst(named(list, search)).map((one) => (
              <li key={one.module} class="standing">
                <Line
                  of={one}
                  today={today}
                  open={one.module === chosen}
                  onOpen={() =>
                    onView({ ...view, chosen: one.module === chosen ? "" : one.module, node: "" })
                  }
                />
                {one.module === chosen && (
                  <ConsistencyBody
                    {...{ view, shown, revision, today, onView, onGo }}
                    module={one.module}
                    onChange={found.again}
                  />
                )}
              </li>
            ))}
          </ol>
        )}
      </Listing>
      <EnvironmentPanel {...{ path, shown, revision }} />
    </>
  );
}

function Line(props: { of: ModuleSummary; today: string; open: boolean; onOpen: () => void }) {
  const { of, today, open, onOpen } = props;
  const text = useText().changes.consistency;
  const { inconsistent, nodes, unknown, since, ignored, adopted, conflicts } = of;
  return (
    <button type="button" class="line" aria-expanded={open} onClick={onOpen}>
      <span class={inconsistent > 0 ? "bad" : ""}>
        <i aria-hidden="true">{inconsistent > 0 ? "✕" : unknown > 0 ? "?" : "✓"}</i>{" "}
        {text.standing(inconsistent, nodes)}
      </span>
      <b class="name">{namesOf(of.module).join(" › ")}</b>
      <small>
        {[
          since && text.since(moment(since, today)),
          unknown > 0 && text.unknown(unknown),
          ignored > 0 && text.ignored(ignored),
          adopted > 0 && text.adopted(adopted),
          conflicts > 0 && text.conflicts(conflicts),
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
    </button>
  );
}
