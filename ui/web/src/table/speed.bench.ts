// How long the table takes at the sizes of a large fleet: npx vitest bench --run
import { bench, describe } from "vitest";
import { defaultView } from "../state/view";
import { sampleGrowth, sampleRow } from "../testing/sample";
import { countChips } from "./chips";
import { coverer } from "./cover";
import { filterEntries, joinGrowth, mark, sortEntries } from "./entries";
import { groupBy, linesOf } from "./groups";

/** Rows of so many modules, twelve a service, with loads in no order. */
function fleet(modules: number) {
  const ids = Array.from(
    { length: modules },
    (_, i) => `business${i % 9}/product${i % 90}/service${i % 600}/SET_W${i}`,
  );
  const rows = ids.map((id, i) => sampleRow(id, { load: (i * 7919) % 1009, deviates: i % 97 === 0 }));
  return { rows, growth: ids.map((id) => sampleGrowth(id)) };
}

for (const modules of [2428, 41_793]) {
  const { rows, growth } = fleet(modules);
  const entries = joinGrowth(rows, growth);
  const levels = ["business", "product", "service", "module"];
  const mutes = Array.from({ length: 20 }, (_, i) => ({
    ...{ id: `${i}`, name: "", timezone: "", from: null, to: null, comment: "", who: "", times: [] },
    ...{ matchers: [`product=~"product${i}[0-9]"`], configured: false, active: true, change: null },
  }));
  describe(`${modules} rows`, () => {
    bench("join", () => void joinGrowth(rows, growth));
    bench("sort", () => void sortEntries(entries, "-load"));
    bench("search", () => void filterEntries(entries, { ...defaultView, search: "service7 set_w1" }));
    bench(
      "filter by chips, and count",
      () => void countChips(filterEntries(entries, { ...defaultView, chips: ["deviates", "-muted"] })),
    );
    bench("group", () => void linesOf(groupBy(entries, 2), []));
    bench(
      "20 mutes",
      () => void mark(entries, coverer({ mutes, silences: [], leases: [], runs: [] }, levels)),
    );
  });
}
