import { expect, it } from "vitest";
import { ApiError, InputError, isInputFault, isNotYet } from "./client";

it("tells faults of what was asked from those of the server and the way to it", () => {
  expect(isInputFault(new InputError('Want matchers as alertname="Dead"'))).toBe(true);
  expect(isInputFault(new ApiError(400, "matchers: want one"))).toBe(true);
  expect(isInputFault(new ApiError(403, "your role is viewer"))).toBe(true);
  expect(isInputFault(new ApiError(503, "not ready"))).toBe(false);
  expect(isInputFault(new TypeError("Failed to fetch"))).toBe(false);
});

it("tells a server that has nothing yet from one that is away or fails", () => {
  expect(isNotYet(new ApiError(503, "no minute was judged yet", "unavailable"))).toBe(true);
  expect(isNotYet(new ApiError(503, "503 Service Unavailable"))).toBe(false); // a proxy's
  expect(isNotYet(new ApiError(500, "disk full", "internal"))).toBe(false);
  expect(isNotYet(new TypeError("Failed to fetch"))).toBe(false);
});
