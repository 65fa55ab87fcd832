import { describe, expect, it } from "vitest";
import { sampleDecision, sampleNode, sampleService } from "../testing/pool";
import { poolEn } from "../text/pool-en";
import { poolZh } from "../text/pool-zh";
import { nodeSentence, serviceSentence } from "./sentence";

const order = { who: "ann", why: "", at: "" };

describe("a service in a sentence", () => {
  const say = (
    ...[service, decision, until = ""]: [
      Parameters<typeof serviceSentence>[0],
      Parameters<typeof serviceSentence>[1],
      string?,
    ]
  ) => serviceSentence(service, decision, until, poolEn);
  it("says how busy it is and what was decided", () => {
    expect(say(sampleService(), sampleDecision())).toBe(
      "Busy 50.0 % of the time, target 60 %: 4 workers, as it is. 4 of 4 serve.",
    );
    expect(say(sampleService(), sampleDecision({ fraction: 0.8, desired: 6 }))).toContain(
      "from 4 to 6 workers.",
    );
  });
  it("says what is not known", () => {
    expect(say(sampleService(), sampleDecision({ fraction: null }))).toContain(
      "How busy it is is not known: ",
    );
    expect(say(sampleService(), null)).toContain("Nothing decided yet");
  });
  it("says that nobody acts on it", () => {
    expect(say(null, sampleDecision())).toContain("no service is configured");
    expect(say(sampleService({ mode: "recommend" }), sampleDecision())).toContain("the mode is recommend");
  });
  it("says what people have ordered, and what is short", () => {
    const ordered = sampleService({ hold: order, manual: { ...order, workers: 9 } });
    const said = say(ordered, sampleDecision({ short: "2 missing" }), "06:00");
    for (const part of ["9 workers by hand", "Held until 06:00.", "Too little room: 2 missing."])
      expect(said).toContain(part);
  });
  it("speaks Chinese", () => {
    expect(serviceSentence(sampleService(), sampleDecision(), "", poolZh)).toContain("4 个工作进程，不变");
  });
});

describe("a node in a sentence", () => {
  const now = Date.parse("2026-11-27T12:05:00Z");
  it("says how it is, how busy it will be and whether its workers serve", () => {
    expect(nodeSentence(sampleNode({ serving: 3 }), now, poolEn)).toBe(
      "It takes new workers. Forecast load 40 % of 8 cores (now 30 %). 3 of 4 workers serve.",
    );
  });
  it("says since when it is lost", () => {
    const lost = sampleNode({ state: "lost", lost_since: "2026-11-27T12:02:00Z", serving: 0 });
    expect(nodeSentence(lost, now, poolEn)).toBe("It has not synced for 3 min. 0 of 4 workers serve.");
  });
  it("names the rival of its name", () => {
    expect(nodeSentence(sampleNode({ rival: "10.0.0.9" }), now, poolEn)).toContain("10.0.0.9");
  });
});
