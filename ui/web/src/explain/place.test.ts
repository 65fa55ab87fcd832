import { expect, it } from "vitest";
import { place } from "./place";

it("stands below a number of the upper half and above one of the lower half", () => {
  expect(place({ left: 100, top: 80, bottom: 100 }, 1440, 900)).toEqual({
    left: "100px",
    top: "106px",
    maxHeight: "782px",
  });
  expect(place({ left: 100, top: 800, bottom: 820 }, 1440, 900)).toEqual({
    left: "100px",
    bottom: "106px",
    maxHeight: "782px",
  });
});

it("stays within the window", () => {
  expect(place({ left: 1400, top: 0, bottom: 20 }, 1440, 900).left).toBe("1054px");
  expect(place({ left: 300, top: 0, bottom: 20 }, 390, 844).left).toBe("6px");
});
