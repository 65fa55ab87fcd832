import type { Noted } from "../api/types";

/** A row with another note: nothing of the one before stays. */
export const renoted = <R extends Noted>({ note_by, note_at, ...row }: R, kept: Noted) => ({
  ...row,
  ...kept,
});

/** Who wrote a note, and when, as far as is known. */
export const noteFrom = ({ note, note_by, note_at = "" }: Noted) =>
  note && [note_by, note_at.slice(0, 16).replace("T", " ")].filter(Boolean).join(", ");
