import { expect, it } from "vitest";
import { ApiError, InputError, isInputFault } from "./client";

it("tells faults of what was asked from those of the server and the way to it", () => {
  expect(isInputFault(new InputError('Want matchers as alertname="Dead"'))).toBe(true);
  expect(isInputFault(new ApiError(400, "matchers: want one"))).toBe(true);
  expect(isInputFault(new ApiError(403, "your role is viewer"))).toBe(true);
  expect(isInputFault(new ApiError(503, "not ready"))).toBe(false);
  expect(isInputFault(new TypeError("Failed to fetch"))).toBe(false);
});
