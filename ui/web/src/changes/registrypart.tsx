import { todayIn } from "../alarms/range";
import { api } from "../api/client";
import type { RegistrySource } from "../api/fleet";
import { Chip } from "../choice";
import { useFocusKeys } from "../pool/focus";
import { useFresh } from "../pool/fresh";
import { namesOf } from "../state/view";
import { span } from "../text/format";
import { useText } from "../text/language";
import { Conflicts } from "./conflicts";
import { FilterField, Listing, useLimit } from "./listing";
import type { PartProps } from "./page";
import { RegistryBody } from "./registrybody";

/** What is known of modules besides their load. */
export function RegistryPart(props: PartProps) {
  const { view, shown, revision, zone, onView, onGo } = props;
  const text = useText().changes.registry;
  const [limit, onMore] = useLimit();
  const { path, search, chosen, open } = view;
  const found = useFresh(`registry ${path} ${search} ${limit}`, revision, shown, () =>
    api.registry(path, search, limit),
  );
  const box = useFocusKeys(shown, ".known .line");
  const choose = (id: string) => onView({ ...view, open: false, chosen: id === chosen ? "" : id });
  const { data } = found;
  const wrong = data ? data.conflicts + data.faults : 0;
  return (
    <Listing
      of={found}
      box={box}
      isEmpty={({ nodes }) => nodes.length === 0 && !open}
      empty={<p class="nothing">{search ? text.none : text.noModules}</p>}
      onMore={!open && data?.more && onMore}
      filters={
        <>
          <FilterField {...props} field="search" name={text.search} />
          {(wrong > 0 || open) && (
            <Chip on={open} onChange={() => onView({ ...view, open: !open })}>
              {text.onlyConflicts} <small>{wrong}</small>
            </Chip>
          )}
          <Sources of={data?.sources ?? []} />
        </>
      }
    >
      {({ nodes }) =>
        open ? (
          <Conflicts {...{ path, shown, revision }} onChoose={choose} />
        ) : (
          <ol class="lines">
            {nodes.map((node) => (
              <li key={node.id} class="known">
                <button
                  type="button"
                  class="line"
                  aria-expanded={node.id === chosen}
                  onClick={() => choose(node.id)}
                >
                  <span>{node.owner || text.noOwner}</span>
                  <b class="name">{namesOf(node.id).join(" › ")}</b>
                  <small>
                    {[node.level && text.level(node.level), node.device_type, !node.in_tree && text.notInTree]
                      .filter(Boolean)
                      .join(" · ")}
                    {node.conflicts > 0 && <b class="bad"> {text.conflicts(node.conflicts)}</b>}
                  </small>
                </button>
                {node.id === chosen && (
                  <RegistryBody
                    {...{ shown, revision, onGo }}
                    id={node.id}
                    today={todayIn(zone)}
                    onChange={found.again}
                  />
                )}
              </li>
            ))}
          </ol>
        )
      }
    </Listing>
  );
}

/** How the sources do that facts come from. */
function Sources({ of }: { of: RegistrySource[] }) {
  const text = useText().changes;
  if (of.length === 0) return <span class="overview">{text.registry.noSources}</span>;
  return (
    <span class="overview">
      {of.map(({ name, kind, state, age_seconds, problem }) => (
        <span key={name} class={`tag ${state === "ok" ? "" : "bad"}`} title={problem || kind}>
          {name} {state === "ok" ? "✓" : state}{" "}
          {age_seconds !== null && state !== "ok" && text.duration(span(age_seconds))}
        </span>
      ))}
    </span>
  );
}
