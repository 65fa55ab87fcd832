import { describe, expect, it } from "vitest";
import { readRoute } from "../state/view";
import { noScenario, type Scenario } from "./scenario";
import { defaultWhatIf, readWhatIf, type WhatIfView, whatIfPath } from "./view";

const full: Scenario = {
  loads: [
    { path: "Qzone", factor: "1.3", from: "2026-12-10", to: "2026-12-20" },
    { path: "微信/支付 1%2F2", factor: "", from: "", to: "" },
  ],
  lost: [{ label: "rack", value: "r12 & more", path: "Qzone/WNS" }],
  devices: [
    { path: "a/b", change: "4" },
    { path: "a/c", change: "-2" },
  ],
  lead: "45",
  target: "70",
};
const load = (path: string): Scenario => ({
  ...noScenario,
  loads: [{ path, factor: "2", from: "", to: "" }],
});

const read = (path: string) => {
  const { pathname, search } = new URL(path, "http://host/");
  return readRoute(pathname.slice(1), search);
};

describe("the scenarios in the URL", () => {
  const views: WhatIfView[] = [
    defaultWhatIf,
    { scenarios: [full], level: "business", search: "set w13", fills: true },
    { ...defaultWhatIf, scenarios: [full, load("x"), full] },
    { ...defaultWhatIf, scenarios: [load("x"), noScenario, load("y")] }, // a blank one keeps its place
    { ...defaultWhatIf, scenarios: [noScenario, load("b.load")] },
    { ...defaultWhatIf, scenarios: [{ ...noScenario, loads: [{ path: "", factor: "", from: "", to: "" }] }] },
  ];
  it.each(views)("come back as they were: %o", (view) => {
    expect(read(whatIfPath(view))).toEqual({ page: "whatif", view });
  });
  it("are written as on the command line", () => {
    const scenario = { ...full, loads: full.loads.slice(0, 1), devices: [], lost: [] };
    expect(whatIfPath({ ...defaultWhatIf, scenarios: [scenario, load("Qzone/WNS")] })).toBe(
      "whatif?load=Qzone=1.3@2026-12-10..2026-12-20&lead_time=45d&target_load=70&b.load=Qzone/WNS=2",
    );
    expect(whatIfPath(defaultWhatIf)).toBe("whatif");
  });
  it("are at most three, moved up where one is missing", () => {
    const { scenarios } = readWhatIf("?load=a=2&c.load=c=2&d.load=d=2");
    expect(scenarios).toEqual([load("a"), load("c")]);
  });
});
