package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoLease means that no lease has the id that was asked for.
var ErrNoLease = errors.New("no such lease")

// Lease is how a lease is kept.
type Lease struct {
	ID      string
	Kind    string // of the change
	Started time.Time
	Pending bool   // something is still to be done for it
	Data    []byte // all of it, as JSON
}

// LeaseAlarm is an alarm that a lease has hidden.
type LeaseAlarm struct{ Lease, Alarm string }

// Leases are the mutes that change runs hold.
type Leases struct{ db *DB }

// Leases gives access to the leases.
func (db *DB) Leases() Leases { return Leases{db} }

// Save keeps leases as they are now and adds hidden alarms, all of it or, with an
// error, nothing. The alarms of a lease that is no longer pending are forgotten.
func (s Leases) Save(ctx context.Context, leases []Lease, hidden []LeaseAlarm) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		if err := putHidden(ctx, tx, hidden); err != nil {
			return err
		}
		for _, l := range leases {
			if err := putLease(ctx, tx, l); err != nil {
				return fmt.Errorf("%s: %w", l.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep %d leases: %w", len(leases), err)
	}
	return nil
}

func putHidden(ctx context.Context, tx *sql.Tx, hidden []LeaseAlarm) error {
	if len(hidden) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO lease_alarms (lease, alarm) VALUES ($1, $2) ON CONFLICT (lease, alarm) DO NOTHING`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, h := range hidden {
		if _, err := put.ExecContext(ctx, h.Lease, h.Alarm); err != nil {
			return err
		}
	}
	return nil
}

func putLease(ctx context.Context, tx *sql.Tx, l Lease) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO leases (id, kind, started_ms, pending, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET pending = excluded.pending, data = excluded.data`,
		l.ID, l.Kind, l.Started.UnixMilli(), flag(l.Pending), string(l.Data))
	if err == nil && !l.Pending {
		_, err = tx.ExecContext(ctx, `DELETE FROM lease_alarms WHERE lease = $1`, l.ID)
	}
	return err
}

// Pending returns the leases for which something is still to be done, the oldest
// first.
func (s Leases) Pending(ctx context.Context) ([]Lease, error) {
	return s.list(ctx, `WHERE pending = 1 ORDER BY started_ms, id`)
}

// Newest returns at most limit leases, the newest first.
func (s Leases) Newest(ctx context.Context, limit int) ([]Lease, error) {
	return s.list(ctx, `ORDER BY started_ms DESC, id LIMIT $1`, limit)
}

// OfKind returns at most limit leases of a kind of change that have their summary,
// the newest first.
func (s Leases) OfKind(ctx context.Context, kind string, limit int) ([]Lease, error) {
	return s.list(ctx, `WHERE kind = $1 AND pending = 0 ORDER BY started_ms DESC, id LIMIT $2`, kind, limit)
}

// Load returns one lease; the error is ErrNoLease if there is none.
func (s Leases) Load(ctx context.Context, id string) (Lease, error) {
	all, err := s.list(ctx, `WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = ErrNoLease
	}
	if err != nil {
		return Lease{}, fmt.Errorf("lease %q: %w", id, err)
	}
	return all[0], nil
}

func (s Leases) list(ctx context.Context, where string, args ...any) ([]Lease, error) {
	return list(ctx, s.db, "leases", scanLease, `SELECT id, kind, started_ms, pending, data FROM leases `+where, args...)
}

func scanLease(rows *sql.Rows) (l Lease, err error) {
	var started, pending int64
	err = rows.Scan(&l.ID, &l.Kind, &started, &pending, &l.Data)
	l.Started, l.Pending = time.UnixMilli(started).UTC(), pending == 1
	return l, err
}

// Hidden returns the ids of the alarms that a pending lease has hidden.
func (s Leases) Hidden(ctx context.Context, lease string) ([]string, error) {
	return list(ctx, s.db, fmt.Sprintf("what lease %q has hidden", lease), scanText, `SELECT alarm FROM lease_alarms WHERE lease = $1 ORDER BY alarm`, lease)
}

func scanText(rows *sql.Rows) (text string, err error) {
	err = rows.Scan(&text)
	return text, err
}

// Forget removes leases that started before a time and are not pending, and tells
// how many.
func (s Leases) Forget(ctx context.Context, before time.Time) (int64, error) {
	result, err := s.db.exec(ctx, `DELETE FROM leases WHERE pending = 0 AND started_ms < $1`, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("forget leases from before %s: %w", before, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("forget leases from before %s: %w", before, err)
	}
	return n, nil
}
