import { expect, it } from "vitest";
import type { Lease } from "../api/mutes";
import { running } from "./leases";

const lease = (id: string, hour: number, how = "") =>
  ({ id, started_at: `2026-11-27T${hour}:00:00Z`, how }) as Lease;

it("tells what runs from what is over, the newest first", () => {
  const [open, over] = running([
    lease("a", 10),
    lease("b", 11, "done"),
    lease("c", 12),
    lease("d", 13, "died"),
  ]);
  expect(open.map(({ id }) => id)).toEqual(["c", "a"]);
  expect(over.map(({ id }) => id)).toEqual(["d", "b"]);
});
