import type { Num } from "../api/types";
import type { View } from "../state/view";
import { count } from "../text/format";
import { useText } from "../text/language";
import { type Chip, chipIds, turn } from "./chips";

interface Props {
  view: View;
  counts: Record<Chip, Num> | undefined; // of the rows, once they are there; null where it is not known
  owners: [owner: string, rows: number][];
  onView: (view: View) => void;
}

/** What rows can be filtered by, each with how many of those shown it holds for. */
export function Filters({ view, counts, owners, onView }: Props) {
  const { sheet } = useText();
  const state = (chip: Chip) =>
    view.chips.includes(chip) ? "true" : view.chips.includes(`-${chip}`) ? "mixed" : "false";
  return (
    <fieldset class="chip-line" aria-label={sheet.filters}>
      {counts &&
        chipIds.map((chip) => (
          <button
            key={chip}
            type="button"
            class={`chip ${counts[chip] === 0 ? "empty" : ""}`}
            aria-pressed={state(chip)}
            title={`${sheet.chipTitles[chip]}. ${sheet.chipHelp}`}
            onClick={() => onView({ ...view, chips: turn(view.chips, chip) })}
          >
            {state(chip) === "mixed" ? sheet.without(sheet.chips[chip]) : sheet.chips[chip]}{" "}
            {state(chip) !== "mixed" && <b>{count(counts[chip])}</b>}
          </button>
        ))}
      {(owners.length > 0 || view.owner) && (
        <select
          class="chip"
          aria-label={sheet.owner}
          value={view.owner}
          onChange={(e) => onView({ ...view, owner: e.currentTarget.value })}
        >
          <option value="">{sheet.anyOwner}</option>
          {owners.map(([owner, rows]) => (
            <option key={owner} value={owner}>
              {owner} ({count(rows)})
            </option>
          ))}
          {view.owner && !owners.some(([owner]) => owner === view.owner) && <option>{view.owner}</option>}
        </select>
      )}
    </fieldset>
  );
}
