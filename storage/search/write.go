package search

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Put adds documents, replaces those of the same kind and id, and removes those that
// are gone: all of it or, with an error, nothing. It tells how many were left out since
// the index is full.
func (x *Index) Put(ctx context.Context, docs []Document) (full int, err error) {
	return x.change(ctx, func(w *writer) error { return w.put(docs) })
}

// putAndMark is Put that remembers up to where a source was read.
func (x *Index) putAndMark(ctx context.Context, docs []Document, source, cursor string) (full int, err error) {
	return x.change(ctx, func(w *writer) error { return errors.Join(w.put(docs), w.mark(source, cursor)) })
}

// replace makes docs all there is of a kind, and remembers of which version they are.
func (x *Index) replace(ctx context.Context, kind string, docs []Document, cursor string) (full int, err error) {
	return x.change(ctx, func(w *writer) error {
		have, err := w.ids(kind)
		if err != nil {
			return err
		}
		for i := range docs {
			docs[i].Kind = kind
			delete(have, docs[i].ID)
		}
		for id := range have {
			docs = append(docs, Document{Kind: kind, ID: id, Gone: true})
		}
		return errors.Join(w.put(docs), w.mark(kind, cursor))
	})
}

// Forget removes the documents of a kind that are of a time before another one.
func (x *Index) Forget(ctx context.Context, kind string, before time.Time) error {
	_, err := x.change(ctx, func(w *writer) error {
		number, known := x.kinds[kind]
		if !known {
			return nil
		}
		low, high := firstPlace(number, time.Unix(0, 0), ""), firstPlace(number, before, "")
		for _, table := range tables {
			if _, err := w.tx.ExecContext(w.ctx, `DELETE FROM `+table+` WHERE rowid >= $1 AND rowid < $2`, low, high); err != nil {
				return err
			}
		}
		result, err := w.tx.ExecContext(w.ctx, `DELETE FROM docs WHERE place >= $1 AND place < $2`, low, high)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		w.grown[kind] -= int(n)
		return err
	})
	return err
}

// tables of words: those of all documents, and those of their titles and ids again, so
// that what has a word in its title is found without looking at all that have it.
var tables = []string{"words", "titles"}

// cursor is up to where a source was read; empty: not yet.
func (x *Index) cursor(ctx context.Context, source string) (cursor string, err error) {
	err = x.sql.QueryRowContext(ctx, `SELECT cursor FROM cursors WHERE source = $1`, source).Scan(&cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return cursor, err
}

// writer makes one change.
type writer struct {
	*Index
	ctx   context.Context
	tx    *sql.Tx
	grown map[string]int // documents of each kind, more than before
	kinds map[string]int // new ones
	full  int
}

// change runs do in a transaction.
func (x *Index) change(ctx context.Context, do func(*writer) error) (full int, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	tx, err := x.sql.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("write the search index: %w", err)
	}
	w := &writer{Index: x, ctx: ctx, tx: tx, grown: map[string]int{}, kinds: map[string]int{}}
	if err := do(w); err != nil {
		_ = tx.Rollback()
		return 0, fmt.Errorf("write the search index: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("write the search index: %w", err)
	}
	for kind, number := range w.kinds {
		x.kinds[kind] = number
	}
	for kind, n := range w.grown {
		x.sizes[kind] += n
		x.size += n
	}
	return w.full, nil
}

func (w *writer) put(docs []Document) error {
	for i := range docs {
		if err := w.one(&docs[i]); err != nil {
			return fmt.Errorf("%s %s: %w", docs[i].Kind, docs[i].ID, err)
		}
	}
	return nil
}

func (w *writer) mark(source, cursor string) error {
	_, err := w.tx.ExecContext(w.ctx, `INSERT INTO cursors (source, cursor) VALUES ($1, $2) ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor`, source, cursor)
	return err
}

// ids are those of a kind.
func (w *writer) ids(kind string) (map[string]bool, error) {
	rows, err := w.tx.QueryContext(w.ctx, `SELECT id FROM docs WHERE kind = $1`, kind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all[id] = true
	}
	return all, rows.Err()
}

// one puts or removes a document. One that is as it was is left alone.
func (w *writer) one(d *Document) error {
	var have place
	var hash []byte
	err := w.tx.QueryRowContext(w.ctx, `SELECT place, hash FROM docs WHERE kind = $1 AND id = $2`, d.Kind, d.ID).Scan(&have, &hash)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if d.Gone {
		if !known {
			return nil
		}
		return w.remove(d.Kind, have)
	}
	d.Title, d.Text = cut(d.Title, maxTitle), cut(d.Text, MaxText)
	is := hashOf(d)
	if known && bytes.Equal(is, hash) {
		return nil
	}
	if known {
		if err := w.remove(d.Kind, have); err != nil {
			return err
		}
	} else if w.total() >= MaxDocuments {
		w.full++
		return nil
	}
	return w.insert(d, is)
}

func (w *writer) total() int {
	n := w.size
	for _, grown := range w.grown {
		n += grown
	}
	return n
}

func (w *writer) remove(kind string, at place) error {
	for _, table := range tables {
		if _, err := w.tx.ExecContext(w.ctx, `DELETE FROM `+table+` WHERE rowid = $1`, at); err != nil {
			return err
		}
	}
	w.grown[kind]--
	_, err := w.tx.ExecContext(w.ctx, `DELETE FROM docs WHERE place = $1`, at)
	return err
}

func (w *writer) insert(d *Document, hash []byte) error {
	at, err := w.place(d)
	if err != nil {
		return err
	}
	if _, err := w.tx.ExecContext(w.ctx, `INSERT INTO docs (place, kind, id, folded, path, title, text, at_ms, url, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		at, d.Kind, d.ID, strings.ToLower(d.ID), d.Path, d.Title, d.Text, millis(d.At), d.URL, hash); err != nil {
		return err
	}
	var title, text strings.Builder
	indexed(&title, d.Title)
	if d.ID != d.Title {
		indexed(&title, d.ID)
	}
	indexed(&text, d.Text)
	if !strings.Contains(d.Title, d.Path) && d.ID != d.Path {
		indexed(&text, d.Path)
	}
	w.grown[d.Kind]++
	if _, err := w.tx.ExecContext(w.ctx, `INSERT INTO titles (rowid, title, nodes) VALUES ($1, $2, $3)`, at, title.String(), nodesOf(d.Path)); err != nil {
		return err
	}
	_, err = w.tx.ExecContext(w.ctx, `INSERT INTO words (rowid, title, text, nodes) VALUES ($1, $2, $3, $4)`, at, title.String(), text.String(), nodesOf(d.Path))
	return err
}

// place finds a free place for a document.
func (w *writer) place(d *Document) (place, error) {
	kind, err := w.number(d.Kind)
	if err != nil {
		return 0, err
	}
	first := firstPlace(kind, d.At, d.Title)
	next := first + 1<<numberBits
	var last sql.NullInt64
	if err := w.tx.QueryRowContext(w.ctx, `SELECT MAX(place) FROM docs WHERE place >= $1 AND place < $2`, first, next).Scan(&last); err != nil {
		return 0, err
	}
	if !last.Valid {
		return first, nil
	}
	if last.Int64+1 < next {
		return last.Int64 + 1, nil
	}
	return 0, fmt.Errorf("there are more than %d of one time or length", 1<<numberBits)
}

// number is the number of a kind, a new one for a new kind.
func (w *writer) number(kind string) (int, error) {
	if n, known := w.Index.kinds[kind]; known {
		return n, nil
	}
	if n, known := w.kinds[kind]; known {
		return n, nil
	}
	n := len(w.Index.kinds) + len(w.kinds)
	if n >= maxKinds {
		return 0, fmt.Errorf("there are more than %d kinds", maxKinds)
	}
	w.kinds[kind] = n
	_, err := w.tx.ExecContext(w.ctx, `INSERT INTO kinds (number, name) VALUES ($1, $2)`, n, kind)
	return n, err
}

func hashOf(d *Document) []byte {
	sum := sha256.New()
	for _, part := range []string{d.Path, d.Title, d.Text, d.URL, d.At.UTC().Format(time.RFC3339Nano)} {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return sum.Sum(nil)[:16]
}

// cut shortens a text to n bytes or a few less; what is no text is made one.
func cut(text string, n int) string {
	if len(text) > n {
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	return strings.ToValidUTF8(text, "�")
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Kinds are the kinds of documents that there are or were, in order.
func (x *Index) Kinds() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make([]string, 0, len(x.kinds))
	for kind := range x.kinds {
		all = append(all, kind)
	}
	slices.Sort(all)
	return all
}
