import { useRef } from "preact/hooks";
import { Choice } from "../choice";
import { useKeys } from "../keys";
import { ModelSwitch } from "../model";
import { Search } from "../search";
import { defaultView, readView, type View, writeView } from "../state/view";
import { count } from "../text/format";
import { useText } from "../text/language";
import { turn } from "./chips";
import { sorts } from "./columns";
import { ColumnsMenu } from "./columnsmenu";
import { levelsAbove } from "./groups";
import { ViewsMenu } from "./viewsmenu";

interface Props {
  view: View;
  levels: string[];
  configured: string | undefined; // model
  shown: number | undefined; // while it is not known
  all: number;
  active: boolean;
  onView: (view: View) => void;
  onTree: () => void;
  onSave: () => void;
}

/** Search, level, groups, columns and the order, all of which stand in the URL. */
export function Toolbar({ view, levels, configured, shown, all, active, onView, onTree, onSave }: Props) {
  const text = useText();
  const bar = useRef<HTMLElement>(null);
  const above = levelsAbove(levels, view.level);
  const group = (level: string) => onView({ ...view, group: level, folded: [] });
  const open = (menu: string) => () => {
    const details = bar.current?.querySelector<HTMLDetailsElement>(`details.${menu}`);
    if (!details) return;
    details.open = !details.open;
    details.querySelector("summary")?.focus();
  };
  useKeys(
    active
      ? {
          d: () => onView({ ...view, chips: turn(view.chips, "deviates") }),
          g: () => group(above[above.indexOf(view.group) + 1] ?? ""),
          v: open("views"),
          c: open("columns"),
        }
      : {},
  );
  return (
    <search class="toolbar" ref={bar}>
      <button type="button" class="show-tree" onClick={onTree} title={text.showTree}>
        {text.tree}
      </button>
      <Search
        active={active}
        value={view.search}
        name={text.search}
        onSearch={(search) => onView({ ...view, search })}
      />
      <Choice
        label={text.level}
        shown
        class="level"
        value={view.level || (levels.at(-1) ?? "")}
        options={levels.map((level) => [level, level])}
        onChange={(level) =>
          onView({ ...view, level: level === levels.at(-1) ? "" : level, group: "", folded: [] })
        }
      />
      {above.length > 0 && (
        <Choice
          label={text.sheet.group}
          shown
          class="level"
          value={view.group}
          options={[["", text.sheet.noGroup], ...above.map((level) => [level, level] as const)]}
          onChange={group}
        />
      )}
      <ModelSwitch
        choice={view.model}
        configured={configured}
        onChoice={(model) => onView({ ...view, model })}
      />
      <SortChoice view={view} onView={onView} />
      <span class="rows" role="status" title={view.level && text.togetherTitle}>
        {shown !== undefined && text.rows(count(shown), count(all)) + (view.level && text.together)}
      </span>
      <ViewsMenu query={writeView(view)} onQuery={(query) => onView(query ? readView(query) : defaultView)} />
      <ColumnsMenu view={view} onView={onView} />
      <button type="button" class="quiet csv" title={text.csvTitle} onClick={onSave} disabled={!shown}>
        {text.csv}
      </button>
    </search>
  );
}

/** On a phone there is no table head to click on. */
function SortChoice({ view, onView }: { view: View; onView: (view: View) => void }) {
  const text = useText();
  return (
    <Choice
      label={text.columns.deviates}
      class="sort-choice"
      value={view.sort}
      options={sorts.flatMap(({ id, highFirst }) => {
        const first = highFirst ? [`-${id}`, id] : [id, `-${id}`];
        const name = id === "loss" ? `${text.columns.headroom} ${text.columns.loss}` : text.columns[id];
        return first.map((sort) => [sort, `${sort.startsWith("-") ? "↓" : "↑"} ${name}`] as const);
      })}
      onChange={(sort) => onView({ ...view, sort })}
    />
  );
}
