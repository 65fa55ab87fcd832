import { describe, expect, it } from "vitest";
import { choosable, columnsOf, toggleColumn, widthOf } from "./columns";

const ids = (chosen: string[], model: "" | "both" = "") => columnsOf(chosen, model).map(({ id }) => id);

describe("the columns", () => {
  it("fit a window of 1440 pixels beside the tree where none are chosen", () => {
    expect(widthOf(columnsOf([], ""))).toBeLessThanOrEqual(1440 - 184 - 15);
    expect(widthOf(columnsOf([], "both"))).toBeLessThanOrEqual(1440 - 184 - 15);
  });
  it("are those that are chosen, in their own order, with the names first", () => {
    expect(ids(["order", "load"])).toEqual(["path", "load", "order"]);
    expect(ids(["nonsense"])).toEqual(["path"]);
    expect(ids(["load"], "both")).toEqual(["path", "load", "model"]);
  });
  it("are chosen one by one, and back to the usual ones", () => {
    for (const model of ["", "both"] as const) {
      for (const { id } of choosable) {
        const other = toggleColumn([], model, id);
        expect(ids(other, model).includes(id), id).toBe(!ids([], model).includes(id));
        expect(toggleColumn(other, model, id)).toEqual([]);
      }
    }
  });
});
