import type { Ledger } from "../api/ledger";
import { useText } from "../text/language";
import { growthTime, nextPeakTime, scoreTime } from "./when";

/** Why nothing is scored yet, and when something will be; at is the server's time. */
export function NothingYet({ ledger, at }: { ledger: Ledger; at: string }) {
  const { ledger: text } = useText();
  const written = ledger.summary.some((s) => s.made > 0);
  return (
    <p class="nothing">
      {written ? text.unscored(scoreTime) : text.unwritten(nextPeakTime(at), growthTime, scoreTime)}
    </p>
  );
}

/** Something can be said of how right the forecasts were. */
export const isScored = (ledger: Ledger) => ledger.summary.some((s) => s.scored > 0);
