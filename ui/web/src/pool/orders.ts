import { InputError } from "../api/client";
import type { Order, Service, ServiceOrder } from "../api/pool";
import type { Text } from "../text/en";

/** What can be ordered of a service; byHand is a number of workers, policyAgain takes it back. */
export const serviceActions = [
  "apply",
  "recommend",
  "configured",
  "hold",
  "release",
  "byHand",
  "policyAgain",
  "retire",
] as const;
export type ServiceAction = (typeof serviceActions)[number];

/** Those that mean something as the service is. */
export function possibleActions({
  mode,
  mode_order,
  hold,
  manual,
  configured,
  retiring,
}: Service): ServiceAction[] {
  const possible: Record<ServiceAction, boolean> = {
    apply: configured && mode === "recommend",
    recommend: configured && mode === "apply",
    configured: configured && mode_order !== undefined,
    hold: configured && hold === undefined,
    release: hold !== undefined,
    byHand: configured,
    policyAgain: manual !== undefined,
    retire: !configured && retiring === undefined,
  };
  return serviceActions.filter((action) => possible[action]);
}

/** The most workers that a service may have. */
export const mostWorkers = 1_000_000;

/** The order, of an action and what was typed beside its reason; now in Unix milliseconds. */
export function orderOf(
  action: ServiceAction,
  typed: string,
  now: number,
  text: Text["pool"]["actions"],
): Omit<ServiceOrder, "who" | "reason"> {
  switch (action) {
    case "apply":
    case "recommend":
      return { action: "mode", mode: action };
    case "configured":
      return { action: "mode" };
    case "hold":
      return { action: "hold", ...untilOf(typed, now, text) };
    case "byHand":
      return { action: "workers", workers: numberOf(typed, text) };
    case "policyAgain":
      return { action: "workers", workers: 0 };
    default:
      return { action };
  }
}

function untilOf(typed: string, now: number, text: Text["pool"]["actions"]) {
  if (typed.trim() === "") return {};
  const hours = Number(typed.replace(",", "."));
  if (!(hours > 0 && hours < 100_000)) throw new InputError(text.wantHours);
  return { until: new Date(now + hours * 3_600_000).toISOString() };
}

function numberOf(typed: string, text: Text["pool"]["actions"]): number {
  const n = Number(typed.trim() || Number.NaN);
  if (!Number.isInteger(n) || n < 1 || n > mostWorkers) throw new InputError(text.wantNumber(mostWorkers));
  return n;
}

/** What people have ordered of a service, each with its name. */
export function ordersOf(service: Service, text: Text["pool"]): [string, Order][] {
  const { mode, mode_order, hold, manual, retiring } = service;
  const all: [string, Order | undefined][] = [
    [text.kinds[mode], mode_order],
    [text.held, hold],
    [text.manual(manual?.workers ?? 0), manual],
    [text.retiring, retiring],
  ];
  return all.flatMap(([what, order]): [string, Order][] => (order ? [[what, order]] : []));
}
