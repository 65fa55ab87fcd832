import { useEffect, useRef, useState } from "preact/hooks";
import { useLack } from "../allowed";
import { api } from "../api/client";
import type { Noted, Row } from "../api/types";
import { useText } from "../text/language";
import { noteFrom } from "./noted";

interface Props {
  row: Pick<Row, "id" | keyof Noted>;
  onSaved: (id: string, kept: Noted) => void;
}

/** A note that is edited in place: Enter saves it, Shift-Enter begins a line, Esc leaves it as it was. */
export function NoteCell({ row, onSaved }: Props) {
  const { id, note } = row;
  const text = useText();
  const [editing, setEditing] = useState(false);
  const [failure, setFailure] = useState("");
  const input = useRef<HTMLTextAreaElement>(null);
  const lack = useLack({ does: "note.set", at: id });
  const open = useRef(false); // a browser tells of a blur again when it removes the field
  useEffect(() => {
    if (editing) input.current?.select();
  }, [editing]);

  const leave = () => {
    open.current = false;
    setFailure("");
    setEditing(false);
  };
  const save = async () => {
    if (!open.current || !input.current) return;
    const value = input.current.value.trim();
    if (value !== note) {
      open.current = false;
      try {
        onSaved(id, await api.note(id, value));
      } catch (error) {
        setFailure(text.noteFailed((error as Error).message));
        open.current = true;
        return;
      }
    }
    leave();
  };
  const press = (e: KeyboardEvent) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      void save();
    }
    if (e.key !== "Escape") return;
    e.stopPropagation();
    leave();
  };

  if (!editing) {
    return (
      <button
        type="button"
        class={`note ${note ? "" : "empty"}`}
        title={note ? `${note}\n${noteFrom(row)}` : (lack?.why ?? text.addNote)}
        aria-label={`${note || text.addNote}: ${text.editNote(id)}`}
        disabled={!!lack}
        onClick={(e) => {
          e.stopPropagation();
          open.current = true;
          setEditing(true);
        }}
      >
        {note || (lack ? "" : text.addNote)}
      </button>
    );
  }
  return (
    <span class="note-editor">
      <textarea
        ref={input}
        class={`note ${failure ? "failed" : ""}`}
        rows={3}
        defaultValue={note}
        maxLength={500}
        title={text.noteKeys}
        aria-label={text.editNote(id)}
        aria-invalid={failure !== ""}
        onClick={(e) => e.stopPropagation()}
        onKeyDown={press}
        onBlur={() => void save()}
      />
      {failure && (
        <span role="alert" class="fault">
          {failure}{" "}
          <button
            type="button"
            onMouseDown={(e) => e.preventDefault()}
            onClick={(e) => {
              e.stopPropagation();
              leave();
            }}
          >
            {text.noteBack}
          </button>
        </span>
      )}
    </span>
  );
}
