import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { send } from "./send";

const url = new URL("http://localhost/api/v1/status");
const lost = () => Promise.reject(new TypeError("Failed to fetch"));
const answers = () => Promise.resolve(new Response("here"));

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Asks over a network that does so, one after the other; tells the end and how often it was asked. */
async function asks(init: RequestInit, ...network: (() => Promise<Response>)[]) {
  const fetch = vi.fn(() => (network.shift() ?? lost)());
  vi.stubGlobal("fetch", fetch);
  const end = send(url, init).then(
    (response) => response.text(),
    (err: Error) => err.message,
  );
  await vi.runAllTimersAsync();
  return [await end, fetch.mock.calls.length];
}

it("asks a question again that the network lost, once", async () => {
  expect(await asks({}, answers)).toEqual(["here", 1]);
  expect(await asks({}, lost, answers)).toEqual(["here", 2]);
  expect(await asks({}, lost, lost, answers)).toEqual(["Failed to fetch", 2]);
});

it("gives an order once, as it may have been carried out", async () => {
  expect(await asks({ method: "POST" }, lost, answers)).toEqual(["Failed to fetch", 1]);
});

it("asks nothing again that nobody waits for", async () => {
  const left = { signal: AbortSignal.abort() };
  expect(await asks(left, lost, answers)).toEqual(["Failed to fetch", 1]);
});
