import type { Decision, Service } from "../api/pool";
import { type Fact, FactList } from "../module/facts";
import { Panel } from "../panel";
import { clock, count, decimal, span } from "../text/format";
import { useText } from "../text/language";

/** The numbers by which is decided; of a module without a service those that a decision tells. */
export function PolicyFacts({ service, decision }: { service: Service | null; decision: Decision | null }) {
  const text = useText();
  const say = text.pool.policyFacts;
  const of = service?.policy ?? decision;
  if (!of) return null;
  const percent = (share: number) => `${decimal(100 * share, 0)} %`;
  const seconds = (s: number) => text.duration(span(s));
  const facts: [string, string | false][] = [
    [say.target, percent(of.target)],
    [say.scaleIn, percent(of.scale_in)],
    [say.bounds, say.boundsOf(count(of.minimum), of.maximum > 0 ? count(of.maximum) : "")],
  ];
  const p = service?.policy;
  const answer = (yes: boolean) => (yes ? text.pool.answer.yes : text.pool.answer.no);
  if (p) {
    facts.push(
      [say.scheduled, service.scheduled > 0 && count(service.scheduled)],
      [say.stepOut, say.share(decimal(100 * p.step_out, 0))],
      [say.stepIn, say.share(decimal(100 * p.step_in, 0))],
      [say.coolOut, p.cooldown_out_seconds > 0 && seconds(p.cooldown_out_seconds)],
      [say.coolIn, p.cooldown_in_seconds > 0 && seconds(p.cooldown_in_seconds)],
      [say.stabilise, seconds(p.stabilise_seconds)],
      [say.startup, seconds(p.startup_seconds)],
      [say.predictive, answer(p.predictive)],
      [say.keepPeak, say.peaks[p.keep_peak]],
      [say.stale, seconds(p.stale_after_seconds)],
      [say.freeze, answer(p.freeze_in_deviation)],
    );
  }
  const peak = decision?.peak_busy_seconds ?? null;
  if (peak !== null) facts.push([say.peak, say.peakOf(decimal(peak), clock(decision?.peak_at ?? null))]);
  return (
    <Panel title={text.pool.policy}>
      <FactList facts={facts.flatMap(([name, value]): Fact[] => (value ? [[name, [value]]] : []))} />
    </Panel>
  );
}
