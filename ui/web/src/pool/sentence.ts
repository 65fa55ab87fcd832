import type { Decision, PoolNode, Service } from "../api/pool";
import type { Text } from "../text/en";
import { decimal, secondsBetween, span } from "../text/format";

type Words = Text["pool"];

/** A node in sentences: how it is, how busy it will be, whether its workers serve; now in Unix milliseconds. */
export function nodeSentence(node: PoolNode, now: number, text: Words): string {
  const say = text.nodeSentence;
  const since = node.lost_since ?? node.last_seen;
  const state =
    node.state === "lost"
      ? say.lost(span(secondsBetween(since, new Date(now).toISOString())))
      : say[node.state];
  const { cores } = node.resources;
  const load =
    node.state === "lost"
      ? ""
      : say.load(
          decimal(node.expected_cpu, 0),
          decimal(node.load.cpu, 0),
          decimal(cores, Number.isInteger(cores) ? 0 : 1),
        );
  const workers = say.workers(node.serving, node.wanted);
  const rival = node.rival ? say.rival(node.rival) : "";
  return [state, load, workers, rival].filter(Boolean).join(" ");
}

/** A service in sentences: how busy it is, what was decided, what people have ordered; until is when a hold ends, in words. */
export function serviceSentence(
  service: Service | null,
  decision: Decision | null,
  until: string,
  text: Words,
): string {
  const say = text.sentence;
  const decided = decision
    ? [busyWords(decision, text), changeWords(decision, text)].join("")
    : text.undecided;
  return [
    decided,
    decision?.short ? say.short(decision.short) : "",
    service && service.wanted > 0 ? say.serving(service.serving, service.wanted) : "",
    service?.manual ? say.manual(service.manual.workers) : "",
    service?.hold ? say.held(until) : "",
    service === null ? say.only : service.mode === "recommend" ? say.recommends : "",
  ]
    .filter(Boolean)
    .join(" ");
}

const busyWords = ({ fraction, target }: Decision, { sentence }: Words) =>
  fraction === null ? sentence.unknown : sentence.busy(decimal(100 * fraction), decimal(100 * target, 0));

const changeWords = ({ current, desired }: Decision, { sentence }: Words) =>
  current === desired ? sentence.stays(desired) : sentence.wants(current, desired);
