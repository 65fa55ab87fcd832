import type { ComponentChildren } from "preact";
import type { LedgerSummary } from "../api/ledger";
import type { Num } from "../api/types";
import { useMeaning } from "../explain/glossary";
import type { Text } from "../text/en";
import { count, decimal, signed } from "../text/format";
import { useText } from "../text/language";

export interface Line {
  name: ComponentChildren;
  key: string;
  chosen?: boolean;
  summary: LedgerSummary;
}

interface Props {
  first: string; // head of the names
  lines: Line[];
  level: number; // nominal coverage
}

/** What was forecast, in words: "Today's peak, said at 12:00". */
export function forecastName(
  { task, horizon, replayed }: Pick<LedgerSummary, "task" | "horizon" | "replayed">,
  text: Text,
): string {
  const { tasks, replayed: afterwards } = text.ledger;
  const days = Number.parseInt(horizon.replace(/^max/, ""), 10);
  const name = {
    peak: () => tasks.peak(horizon),
    band: () => tasks.band[horizon as keyof typeof tasks.band] ?? horizon,
    growth: () => (horizon.startsWith("max") ? tasks.largest(days) : tasks.growth(days)),
    order: () => tasks.order(days),
  }[task]();
  return replayed ? `${name} (${afterwards})` : name;
}

/** Tells the lines of a summary apart. */
export const summaryKey = (s: LedgerSummary) => `${s.task} ${s.horizon} ${s.replayed}`;

const percent = (share: Num) => decimal(share === null ? null : 100 * share);
const signedPercent = (share: Num) => signed(share === null ? null : 100 * share, 1);

/** Errors beside those of the naive forecast, and how often the intervals held. */
export function SummaryTable({ first, lines, level }: Props) {
  const { columns, of } = useText().ledger;
  const meaning = useMeaning("ledger");
  const heads = ["made", "scored", "error", "naive", "bias", "inside", "width"] as const;
  return (
    <div class="scroll">
      <table class="summary">
        <thead>
          <tr>
            <th scope="col" class="name">
              {first}
            </th>
            {heads.map((id) => (
              <th key={id} scope="col" class={id} title={meaning(id)}>
                {columns[id]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, name, chosen, summary: s }) => (
            <tr key={key} class={chosen ? "chosen" : ""}>
              <th scope="row" class="name">
                {name}
              </th>
              <td class="made">{count(s.made)}</td>
              <td class="scored">{count(s.scored)}</td>
              <td class={`error ${isLess(s.error, s.naive_error)}`}>{percent(s.error)}</td>
              <td class={`naive ${isLess(s.naive_error, s.error)}`}>{percent(s.naive_error)}</td>
              <td class="bias">{signedPercent(s.bias)}</td>
              <td class="inside">
                {percent(s.coverage)}
                {s.coverage !== null && s.task !== "band" && <small> {of(decimal(100 * level, 0))}</small>}
              </td>
              <td class="width">{percent(s.width)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The smaller of two errors stands out. */
const isLess = (a: Num, b: Num) => (a !== null && b !== null && a < b ? "less" : "");
