import type { Row } from "../api/types";

/** The load as a bar over the shade of its band, with a tick at the mean; empty while there is no scale. */
export function Bar({ row, scale }: { row: Row; scale: number }) {
  const at = (value: number) => `${(100 * Math.min(Math.max(value, 0), scale)) / scale}%`;
  const none = { load: null, mean: null, lower: null, upper: null };
  const { load, mean, lower, upper } = scale > 0 ? row : none;
  return (
    <span class={`bar ${row.deviates ? row.direction : ""}`} aria-hidden="true">
      {lower !== null && upper !== null && (
        <i class="band" style={{ left: at(lower), right: `calc(100% - ${at(upper)})` }} />
      )}
      {load !== null && <i class="load" style={{ width: at(load) }} />}
      {mean !== null && <i class="mean" style={{ left: at(mean) }} />}
    </span>
  );
}
