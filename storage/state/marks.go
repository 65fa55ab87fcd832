package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"headroom/storage/fleet"
)

// Marks are the marked intervals.
type Marks struct{ db *DB }

// Marks gives access to the marked intervals.
func (db *DB) Marks() Marks { return Marks{db} }

// Marks returns all marks, those that were taken away too, in the order in which
// they were made.
func (m Marks) Marks(ctx context.Context) ([]fleet.Mark, error) {
	return list(ctx, m.db, "marks", scanMark, `SELECT id, node, from_ms, to_ms, kind, note, who, made_ms, ended_ms, ended_by FROM marks ORDER BY id`)
}

func scanMark(rows *sql.Rows) (k fleet.Mark, err error) {
	var node string
	var from, to, made, ended int64
	if err = rows.Scan(&k.ID, &node, &from, &to, &k.Kind, &k.Note, &k.Who, &made, &ended, &k.EndedBy); err != nil {
		return k, err
	}
	k.From, k.To, k.Made, k.Ended = time.UnixMilli(from).UTC(), time.UnixMilli(to).UTC(), time.UnixMilli(made).UTC(), fromMillis(ended)
	k.Path, err = fleet.ParseID(node)
	return k, err
}

// Add keeps a mark, of which it sets ID and Made. The error is
// fleet.ErrTooManyMarks if as many are in force.
func (m Marks) Add(ctx context.Context, k fleet.Mark) (fleet.Mark, error) {
	k.Made, k.Ended, k.EndedBy = m.db.now().UTC().Truncate(time.Millisecond), time.Time{}, ""
	err := m.db.transact(ctx, func(tx *sql.Tx) error {
		var have int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM marks WHERE ended_ms = 0`).Scan(&have); err != nil {
			return err
		}
		if have >= fleet.MaxMarks {
			return fleet.ErrTooManyMarks
		}
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM marks`).Scan(&k.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO marks (id, node, from_ms, to_ms, kind, note, who, made_ms, ended_ms, ended_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')`,
			k.ID, k.Path.ID(), k.From.UnixMilli(), k.To.UnixMilli(), k.Kind, k.Note, k.Who, k.Made.UnixMilli())
		return err
	})
	if err != nil {
		return fleet.Mark{}, fmt.Errorf("keep a mark of %q: %w", k.Path.ID(), err)
	}
	return k, nil
}

// End takes a mark away: from now on its interval is learned from again. The error
// is fleet.ErrNoMark if there is none in force.
func (m Marks) End(ctx context.Context, id int64, who string) error {
	result, err := m.db.exec(ctx, `UPDATE marks SET ended_ms = $1, ended_by = $2 WHERE id = $3 AND ended_ms = 0`,
		m.db.now().UnixMilli(), who, id)
	if err != nil {
		return fmt.Errorf("take mark %d away: %w", id, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("take mark %d away: %w", id, errors.Join(err, fleet.ErrNoMark))
	}
	return nil
}
