import type { Sparkline } from "../api/types";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { box, draw } from "./spark";

/** The load of the last days over its band; a place of the same size until it is there. */
export function SparkCell({ line }: { line: Sparkline | undefined }) {
  const { spark } = useText().sheet;
  if (!line) return <span class="spark" />;
  const { load, band, outside, least, most, last } = draw(line);
  const label = most === null ? spark.none : spark.label(decimal(least), decimal(most), decimal(last));
  const minutes = line.outside.reduce((sum, n) => sum + n, 0);
  const title = `${label}${minutes > 0 ? ` ${spark.outside(minutes)}` : ""}`;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${line.load.length} ${box.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <path class="band" d={band} />
      <path class="load" d={load} />
      {outside.map(({ step, few }) => (
        <rect
          key={step}
          class={few ? "few" : ""}
          x={step}
          y={box.line + 1}
          width="1"
          height={box.height - box.line - 1}
        />
      ))}
    </svg>
  );
}
