// What has to be on the server so that every page has something to show.
import assert from "node:assert/strict";
import { joins } from "./node.mjs";
import { ring } from "./ring.mjs";

let found;

/** Names of a module, an alarm (its id, and what rings), a node and a run of a flow; made once, and kept by the server. */
export function places(kit) {
  found ??= make(kit);
  return found;
}

async function make(kit) {
  const node = "browser-pages";
  await joins(kit.base, node); // it goes on syncing as long as the journeys run
  const rows = await kit.ask("api/v1/warnings");
  // Not the first one, with which other journeys work: a run holds its module.
  const module = rows.findLast(({ path, state }) => path[0] !== "this machine" && state === "ok").id;
  const month = (await kit.ask("api/v1/status")).at.slice(0, 7);
  const { name: rings } = await ring(kit);
  const { id: alarm } = await open(kit, rings);
  return { module, node, alarm, rings, month, run: await waits(kit, module, node) };
}

/** The open alarm of a name. */
async function open(kit, name) {
  const { alarms } = await kit.ask(`api/v1/alarms?q=${name}`);
  return alarms[0];
}

/** A run that waits for permission. */
async function waits(kit, module, node) {
  const about = {
    inputs: { module, nodes: [node], ask: true },
    why: "the browser looks",
    once: "browser pages",
  };
  const request = { method: "POST", body: JSON.stringify(about) };
  const answer = await fetch(kit.url("api/v1/flows/expand-module/runs"), request);
  const { data, error } = await answer.json();
  assert.equal(answer.status, 200, error);
  return data.id;
}
