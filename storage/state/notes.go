package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// MaxNote is the length of the longest note, in bytes.
const MaxNote = 10_000

// ErrNoteTooLong means that a note is longer than [MaxNote].
var ErrNoteTooLong = fmt.Errorf("a note may have up to %d bytes", MaxNote)

// Notes are what people wrote about nodes of the business tree.
type Notes struct{ db *DB }

// Note is one version of a node's note.
type Note struct {
	Text string // empty: the note was taken away
	Who  string // empty when nobody had to log in
	At   time.Time
}

// Notes gives access to the notes.
func (db *DB) Notes() Notes { return Notes{db} }

// Notes returns the present notes by the node's id.
func (n Notes) Notes(ctx context.Context) (map[string]Note, error) {
	notes := map[string]Note{}
	err := n.db.each(ctx, func(rows *sql.Rows) error {
		var node string
		var note Note
		var ms int64
		err := rows.Scan(&node, &note.Text, &note.Who, &ms)
		note.At = time.UnixMilli(ms).UTC()
		notes[node] = note
		return err
	}, `
		SELECT node, text, who, written_ms FROM notes AS n
		WHERE text <> '' AND version = (SELECT MAX(version) FROM notes WHERE node = n.node)`)
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	return notes, nil
}

// SetNote replaces a node's note; an empty text takes it away. Setting the text
// that is there already adds no version.
func (n Notes) SetNote(ctx context.Context, node, text, who string) error {
	if len(text) > MaxNote {
		return fmt.Errorf("note of %q: %w", node, ErrNoteTooLong)
	}
	err := n.db.transact(ctx, func(tx *sql.Tx) error {
		version, last, err := newest(ctx, tx, node)
		if err != nil || last == text {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO notes (node, version, text, who, written_ms) VALUES ($1, $2, $3, $4, $5)`,
			node, version+1, text, who, n.db.now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("write note of %q: %w", node, err)
	}
	return nil
}

// newest returns the last version of a note, 0 and an empty text if it has none.
func newest(ctx context.Context, tx *sql.Tx, node string) (version int, text string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT version, text FROM notes WHERE node = $1 ORDER BY version DESC LIMIT 1`, node).Scan(&version, &text)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return version, text, err
}

// History returns every version of a node's note, newest first.
func (n Notes) History(ctx context.Context, node string) ([]Note, error) {
	return list(ctx, n.db, fmt.Sprintf("history of note of %q", node), func(rows *sql.Rows) (note Note, err error) {
		var ms int64
		err = rows.Scan(&note.Text, &note.Who, &ms)
		note.At = time.UnixMilli(ms).UTC()
		return note, err
	}, `SELECT text, who, written_ms FROM notes WHERE node = $1 ORDER BY version DESC`, node)
}
