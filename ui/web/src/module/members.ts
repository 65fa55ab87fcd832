import type { Worker } from "../api/pool";
import type { Device, Num } from "../api/types";

/** A device of a module with how far it is from the others, and the workers that it runs. */
export interface Member {
  device: Device;
  off: Num; // its load less the mean of those that report, in points; null of a silent one
  place: string; // as "sh1 · r007"
  workers: number; // of the pool
}

/** The devices of a node as lines, in the server's order. */
export function membersOf(devices: Device[], workers: Worker[]): Member[] {
  const loads = devices.flatMap(({ silent, load }) => (silent || load === null ? [] : [load]));
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  const running = new Map<string, number>();
  for (const { node } of workers) running.set(node, (running.get(node) ?? 0) + 1);
  return devices.map((device) => ({
    device,
    off: device.silent || device.load === null ? null : device.load - mean,
    place: Object.values(device.at).join(" · "),
    workers: running.get(device.name) ?? 0,
  }));
}
