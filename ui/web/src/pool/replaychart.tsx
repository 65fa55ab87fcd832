import { useMemo } from "preact/hooks";
import type { Replayed } from "../api/pool";
import { decimal } from "../text/format";
import { useText } from "../text/language";
import { ScaleChart } from "./chart";
import { curvesOf } from "./replay";

interface Props {
  replayed: Replayed;
  of: "workers" | "busy";
  zone: string | undefined;
  names: string[]; // of the policies
}

/** Each policy has a colour and a dash of its own. */
const looks = [
  { color: "load", width: 2 },
  { color: "other", width: 1.75, dash: [6, 3] },
  { color: "warn", width: 1.75, dash: [2, 2] },
] as const;

/** What the policies asked for, or how busy that made the workers: the most of each step of time. */
export function ReplayChart({ replayed, of, zone, names }: Props) {
  const say = useText().pool.replay;
  const data = useMemo(() => curvesOf(replayed, of), [replayed, of]);
  const target = 100 * (replayed.sides[0]?.policy.target ?? 0);
  const peak = replayed.rivals.static_peak.workers ?? 0;
  return (
    <ScaleChart
      data={data}
      of={of}
      lines={names.map((name, i) => {
        const { color, width, ...dashed } = looks[i] ?? looks[0];
        return { name, color, width, ...("dash" in dashed && { dash: [...dashed.dash] }) };
      })}
      levels={[
        of === "busy"
          ? { at: target, name: say.targetLine(decimal(target, 0)), color: "warn" }
          : { at: peak, name: say.peakLine(peak), color: "muted" },
      ]}
      days
      zone={zone}
      label={`${say.charts[of]}: ${names.join(", ")}`}
      height={220}
    />
  );
}
