import { expect, it } from "vitest";
import { sampleRow } from "../testing/sample";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { headline } from "./headline";

it("says what is seen, what is normal and since when it is not", () => {
  expect(headline(sampleRow("a"), en)).toBe(
    "Load 23.5 %, expected 20.8 % (19.0–22.6): deviates up for 7 min (since 20:58), score 1.5.",
  );
  expect(headline(sampleRow("a"), zh)).toBe(
    "负载 23.5 %，预期 20.8 %（19.0–22.6）：偏高，已持续 7 分钟（始于 20:58），偏离度 1.5。",
  );
});

it("is calm about what is normal", () => {
  const row = sampleRow("a", { deviates: false, direction: "", since: null });
  expect(headline(row, en)).toMatch(/: as usual\.$/);
});

it("says what is missing and how old the data are", () => {
  const learning = sampleRow("a", { state: "learning", reason: "2 of 3 days", mean: null });
  expect(headline(learning, en)).toBe("Load 23.5 %. Still learning: 2 of 3 days");
  const peakless = sampleRow("a", { state: "learning", reason: "peak: 8 of 10 full days" });
  expect(headline(peakless, en)).toBe(
    `${headline(sampleRow("a"), en)} Still learning: peak: 8 of 10 full days`,
  );
  const stale = sampleRow("a", { state: "stale", age_seconds: 720, deviates: false });
  expect(headline(stale, en)).toMatch(/^No data for 12 min; the last values are shown\. Load 23\.5 %/);
  expect(headline(sampleRow("a", { load: null }), en)).toBe("Nothing was measured yet.");
});
