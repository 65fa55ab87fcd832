import type { Num } from "../api/types";
import { decimal, unknown } from "../text/format";
import { useText } from "../text/language";

/** The busy fraction as a bar with the target marked, and as a number. */
export function BusyBar({ fraction, target }: { fraction: Num; target: Num }) {
  const text = useText().pool;
  const at = (share: number) => `${100 * Math.min(Math.max(share, 0), 1)}%`;
  const over = fraction !== null && target !== null && fraction > target;
  const percent = (share: Num, digits = 0) => decimal(share === null ? null : 100 * share, digits);
  return (
    <span
      class={over ? "busy-bar over" : "busy-bar"}
      title={text.busyOf(percent(fraction, 1), percent(target))}
    >
      <span class="track" aria-hidden="true">
        {fraction !== null && <i class="fill" style={{ width: at(fraction) }} />}
        {target !== null && <i class="target" style={{ left: at(target) }} />}
      </span>
      <b>
        {fraction === null ? unknown : `${percent(fraction)} %`}
        {over && <i aria-hidden="true"> ▲</i>}
      </b>
    </span>
  );
}
