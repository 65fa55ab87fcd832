import { expect, it } from "vitest";
import { sampleRow } from "../testing/sample";
import { noteFrom, renoted } from "./noted";

const kept = { note: "moves on Monday", note_by: "li", note_at: "2026-11-22T21:06:31+08:00" };

it("tells who wrote a note and when, as far as is known", () => {
  expect(noteFrom(kept)).toBe("li, 2026-11-22 21:06");
  expect(noteFrom({ note: "x", note_at: kept.note_at })).toBe("2026-11-22 21:06");
  expect(noteFrom({ note: "" })).toBe("");
});

it("keeps nothing of the note before", () => {
  const row = renoted(sampleRow("a"), kept);
  expect(row).toMatchObject({ id: "a", ...kept });
  expect(renoted(row, { note: "" })).toEqual(sampleRow("a", { note: "" }));
});
