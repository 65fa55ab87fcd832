package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoMute means that no mute has the id that was asked for.
var ErrNoMute = errors.New("no such mute is in force")

// Mute is how a mute is kept.
type Mute struct {
	ID    string
	Made  time.Time
	Ended time.Time // when it was taken away; zero: it was not
	Data  []byte    // all of it, as JSON
}

// Mutes are the mutes that were made by the API.
type Mutes struct{ db *DB }

// Mutes gives access to the mutes.
func (db *DB) Mutes() Mutes { return Mutes{db} }

// Put keeps a mute as it is now.
func (s Mutes) Put(ctx context.Context, m Mute) error {
	_, err := s.db.exec(ctx, `
		INSERT INTO mutes (id, made_ms, ended_ms, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET ended_ms = excluded.ended_ms, data = excluded.data`,
		m.ID, m.Made.UnixMilli(), milliOrZero(m.Ended), string(m.Data))
	if err != nil {
		return fmt.Errorf("keep mute %q: %w", m.ID, err)
	}
	return nil
}

// Mutes returns all mutes, those that were taken away too, in the order in which
// they were made.
func (s Mutes) Mutes(ctx context.Context) ([]Mute, error) {
	return list(ctx, s.db, "mutes", scanMute, `SELECT id, made_ms, ended_ms, data FROM mutes ORDER BY made_ms, id`)
}

func scanMute(rows *sql.Rows) (m Mute, err error) {
	var made, ended int64
	err = rows.Scan(&m.ID, &made, &ended, &m.Data)
	m.Made, m.Ended = time.UnixMilli(made).UTC(), fromMillis(ended)
	return m, err
}

// Forget removes mutes: all of them or, with an error, none.
func (s Mutes) Forget(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `DELETE FROM mutes WHERE id = $1`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %d mutes: %w", len(ids), err)
	}
	return nil
}
