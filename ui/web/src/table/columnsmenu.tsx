import { useMeaning } from "../explain/glossary";
import { Menu } from "../menu";
import type { View } from "../state/view";
import { useText } from "../text/language";
import { choosable, columnsOf, toggleColumn } from "./columns";

/** Which columns are shown, as it stands in the URL. */
export function ColumnsMenu({ view, onView }: { view: View; onView: (view: View) => void }) {
  const text = useText();
  const meaning = useMeaning("table");
  const shown = columnsOf(view.columns, view.model);
  return (
    <Menu class="columns" title={text.sheet.columns} summary={text.sheet.columns} keys="c">
      {choosable.map(({ id }) => (
        <label key={id} title={meaning(id)}>
          <input
            type="checkbox"
            checked={shown.some((column) => column.id === id)}
            onChange={() => onView({ ...view, columns: toggleColumn(view.columns, view.model, id) })}
          />
          {text.columns[id]}
        </label>
      ))}
      <button
        type="button"
        class="quiet"
        disabled={view.columns.length === 0}
        onClick={() => onView({ ...view, columns: [] })}
      >
        {text.sheet.usualColumns}
      </button>
    </Menu>
  );
}
