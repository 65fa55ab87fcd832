import { useRef } from "preact/hooks";
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
  shown: number;
  all: number;
  active: boolean;
  onView: (view: View) => void;
  onTree: () => void;
  onSave: () => void;
}

/** The URL is written when typing pauses: browsers refuse more than about 100 changes in 30 s. */
const pauseMillis = 150;

/** Search, level, groups, columns and the order, all of which stand in the URL. */
export function Toolbar({ view, levels, configured, shown, all, active, onView, onTree, onSave }: Props) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
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
          "/": () => input.current?.select(),
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
        input={input}
        value={view.search}
        name={text.search}
        pauseMillis={pauseMillis}
        onSearch={(search) => onView({ ...view, search })}
      />
      <label class="select level">
        <span>{text.level}</span>
        <select
          value={view.level || levels.at(-1)}
          onChange={(e) => {
            const level = e.currentTarget.value;
            const last = level === levels.at(-1);
            onView({ ...view, level: last ? "" : level, group: "", folded: [] });
          }}
        >
          {levels.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </select>
      </label>
      {above.length > 0 && (
        <label class="select level">
          <span>{text.sheet.group}</span>
          <select value={view.group} onChange={(e) => group(e.currentTarget.value)}>
            <option value="">{text.sheet.noGroup}</option>
            {above.map((level) => (
              <option key={level}>{level}</option>
            ))}
          </select>
        </label>
      )}
      <ModelSwitch
        choice={view.model}
        configured={configured}
        onChoice={(model) => onView({ ...view, model })}
      />
      <SortChoice view={view} onView={onView} />
      <span class="rows" role="status">
        {text.rows(count(shown), count(all))}
      </span>
      <ViewsMenu query={writeView(view)} onQuery={(query) => onView(query ? readView(query) : defaultView)} />
      <ColumnsMenu view={view} onView={onView} />
      <button type="button" class="quiet csv" title={text.csvTitle} onClick={onSave} disabled={shown === 0}>
        {text.csv}
      </button>
    </search>
  );
}

/** On a phone there is no table head to click on. */
function SortChoice({ view, onView }: { view: View; onView: (view: View) => void }) {
  const text = useText();
  return (
    <label class="select sort-choice">
      <span class="hidden">{text.columns.deviates}</span>
      <select value={view.sort} onChange={(e) => onView({ ...view, sort: e.currentTarget.value })}>
        {sorts.map(({ id, highFirst }) => {
          const first = highFirst ? [`-${id}`, id] : [id, `-${id}`];
          const name = id === "loss" ? `${text.columns.headroom} ${text.columns.loss}` : text.columns[id];
          return first.map((sort) => (
            <option key={sort} value={sort}>
              {sort.startsWith("-") ? "↓" : "↑"} {name}
            </option>
          ));
        })}
      </select>
    </label>
  );
}
