import { expect, it } from "vitest";
import { prometheusConfig, withoutFilters } from "./empty";
import { defaultAlarms } from "./view";

it("tells Prometheus where this server is, also under a prefix", () => {
  expect(prometheusConfig(new URL("http://127.0.0.1:7480/"))).toBe(
    'alerting:\n  alertmanagers:\n    - static_configs: [{targets: ["127.0.0.1:7480"]}]',
  );
  const behind = prometheusConfig(new URL("https://ops.example/headroom/"));
  expect(behind).toContain("      scheme: https\n      path_prefix: /headroom");
});

it("takes filters away, and keeps the days", () => {
  const view = { ...defaultAlarms, days: 7, day: "2026-11-26", severity: "critical", open: true };
  expect(withoutFilters(view)).toEqual({ ...defaultAlarms, days: 7, day: "2026-11-26" });
});
