import { expect, it } from "vitest";
import { commandWords, quote } from "./command";
import { fresh, noScenario } from "./scenario";

it("is the scenario with its flags, without what is unfinished", () => {
  const scenario = {
    loads: [{ path: "Qzone", factor: "1.3", from: "2026-12-10", to: "2026-12-20" }, fresh.loads],
    lost: [{ label: "rack", value: "r12", path: "" }],
    devices: [{ path: "Qzone/SET W13", change: "4" }],
    lead: "45",
    target: "70",
  };
  expect(commandWords(scenario, "business", "http://127.0.0.1:7480/").join(" ")).toBe(
    "headroom whatif --load=Qzone=1.3@2026-12-10..2026-12-20 --lose=rack=r12 --devices='Qzone/SET W13=+4' " +
      "--lead-time=45d --target-load=70 --level=business",
  );
});

it("names a server that is not the default one", () => {
  expect(commandWords({ ...noScenario, lead: "45" }, "", "https://ops.example/headroom/")).toEqual([
    "headroom",
    "whatif",
    "--lead-time=45d",
    "--server=https://ops.example/headroom",
  ]);
});

it.each([
  ["Qzone/WNS=1.3@2026-12-10..2026-12-20", "Qzone/WNS=1.3@2026-12-10..2026-12-20"],
  ["a b", "'a b'"],
  ["it's", "'it'\\''s'"],
  ["$HOME `id` \\", "'$HOME `id` \\'"],
  ["a*?[b]", "'a*?[b]'"],
  ["~x", "'~x'"],
  ["微信", "'微信'"],
  ["", "''"],
])("quotes %s", (word, quoted) => {
  expect(quote(word)).toBe(quoted);
});
