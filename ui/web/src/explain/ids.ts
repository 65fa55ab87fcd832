import { alarmPath } from "../alarms/view";
import type { Term } from "../api/types";
import { changesPath, defaultChanges, runPath } from "../changes/view";
import { nodePath, servicePath } from "../pool/view";
import { modulePath } from "../state/view";

/** The kinds of ids that the server explains; "" is the row and the order of a node together. */
export const idKinds = [
  "",
  "row",
  "order",
  "report",
  "scale",
  "node",
  "alarm",
  "heal",
  "mute",
  "request",
  "run",
  "forecast",
] as const;
export type IdKind = (typeof idKinds)[number];

/** An id in its parts: "row:a/b@2026-11-22T21:05". */
export interface IdParts {
  kind: IdKind;
  of: string;
  at: string; // of rows, orders and decisions: when; "" for now
}

/** Ids with a time behind them. */
export const hasTime = (kind: IdKind) => kind === "" || kind === "row" || kind === "order";

export function splitId(id: string): IdParts {
  const [, word = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(id) ?? [];
  const kind = idKinds.find((one) => one !== "" && one === word) ?? "";
  const of = kind ? rest : id;
  const [, before = of, at = ""] = (hasTime(kind) && /^(.*)@(\d{4}-\d\d-\d\d[^@/]*)$/s.exec(of)) || [];
  return { kind, of: before, at };
}

export const joinId = ({ kind, of, at }: IdParts) => `${kind && `${kind}:`}${of}${at && `@${at}`}`;

/** The page of what an id names, below the root; "" where it has none of its own. */
export function pageOf(id: string): string {
  const { kind, of } = splitId(id);
  switch (kind) {
    case "scale":
      return servicePath(of.replace(/@[^@/]*$/, ""));
    case "node":
      return nodePath(of);
    case "alarm":
      return alarmPath({ id: of, explain: false });
    case "request":
      return changesPath({ ...defaultChanges, part: "requests", chosen: of });
    case "run": {
      const cut = of.indexOf("/");
      return cut < 0 ? runPath(of) : runPath(of.slice(0, cut), of.slice(cut + 1));
    }
    case "forecast": // of a day, a task and a horizon
      return modulePath(of.split("/").slice(3).join("/"), "");
    case "heal":
    case "mute":
    case "report":
      return "";
    default:
      return modulePath(of, "");
  }
}

/** The terms whose series belong to an id: those of the row, of the order, or both. */
export const termsOf = (kind: IdKind, terms: Term[]): Term[] =>
  terms.filter(
    ({ of, series }) =>
      hasTime(kind) && series !== "" && of !== "decision" && (kind === "" || (of || "row") === kind),
  );

/** The command that prints the same in a terminal; an id may have blanks and quotes. */
export const commandOf = ({ id, model }: { id: string; model: string }) =>
  `headroom explain ${model && `--model=${model} `}${/^[\w:/@.+-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`}`;
