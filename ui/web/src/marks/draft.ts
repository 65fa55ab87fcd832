import type { MarkBody, MarkKind } from "../api/marks";
import { toRfc3339, toWall } from "./wall";

/** A mark as it is being filled in; times are wall clocks of the server's zone. */
export interface Draft {
  path: string; // id of the node with all below it; empty: all
  from: string;
  to: string;
  kind: MarkKind;
  note: string;
}

/** A draft for an interval between two RFC 3339 times. */
export function draftOf(path: string, from: string, to: string, zone: string | undefined): Draft {
  return { ...blank(path), ...intervalOf(Date.parse(from) / 1000, Date.parse(to) / 1000, zone) };
}

/** An interval in Unix seconds, from its first minute on up to the end of its last one. */
export function intervalOf(from: number, to: number, zone: string | undefined): Pick<Draft, "from" | "to"> {
  const first = Math.floor(from / 60) * 60;
  return { from: toWall(first, zone), to: toWall(Math.max(Math.ceil(to / 60) * 60, first + 60), zone) };
}

export const blank = (path: string): Draft => ({ path, from: "", to: "", kind: "incident", note: "" });

export const toBody = ({ from, to, note, ...rest }: Draft, zone: string | undefined): MarkBody => ({
  ...rest,
  from: toRfc3339(from, zone),
  to: toRfc3339(to, zone),
  note: note.trim(),
});

/** The node itself and those above it, the nearest first; the last one is empty: all. */
export function pathsUpFrom(id: string): string[] {
  const names = id.split("/");
  return names.map((_, i) => names.slice(0, names.length - i).join("/")).concat("");
}

/** What the server finds wrong with a mark, and the field that it names; "" is the mark as a whole. */
export interface Fault {
  field: keyof Draft | "";
  message: string;
}

const place = /^(path|from|to|kind|note): (.*)$/;

/** Takes apart what the server answers: one fault a line, as "to: want a time after …". */
export function readFaults(answer: string): Fault[] {
  return answer.split("\n").map((line) => {
    const [, field, message] = place.exec(line) ?? [];
    return field && message ? { field: field as keyof Draft, message } : { field: "", message: line };
  });
}
