import { expect, test } from "vitest";
import { en } from "../text/en";
import { zh } from "../text/zh";
import { forecastName } from "./summary";

const name = (task: "band" | "peak" | "growth" | "order", horizon: string, replayed = false) =>
  forecastName({ task, horizon, replayed }, en);

test("every forecast has a name in words", () => {
  expect(name("peak", "12:00")).toBe("Today's peak, at 12:00");
  expect(name("band", "1m")).toBe("Band of the next minute");
  expect(name("band", "1h")).toBe("Band, an hour before");
  expect(name("band", "1d", true)).toBe("Band, a day before (replayed)");
  expect(name("growth", "30d")).toBe("Daily peak, 30 days before");
  expect(name("growth", "max45d")).toBe("Largest peak of 45 days");
  expect(name("order", "30d")).toBe("Devices needed, 30 days before");
  expect(forecastName({ task: "band", horizon: "1d", replayed: true }, zh)).toBe(
    "置信区间，提前一天 (事后推演)",
  );
});
