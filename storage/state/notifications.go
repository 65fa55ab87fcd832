package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// What came of a notification.
const (
	Delivered = "delivered"
	Failed    = "failed"   // given up for this time; it is tried again with the group's next one
	Withheld  = "withheld" // not sent, although it was time
)

// Notification is one message, or one that should have been.
type Notification struct {
	ID          int64
	At          time.Time
	Receiver    string
	Integration string // and its number, as in "webhook[0]"
	GroupKey    string
	Labels      string // that the group shares, as {name="value"}
	What        string // Delivered, Failed or Withheld
	Why         string // it was time: one sentence
	Error       string // empty unless it failed
	Took        time.Duration
	Firing      []string // ids of the alarms that it tells to fire, for the first time or as a repeat
	Ended       []string // ids of those whose end it tells
	AllFiring   int      // alarms in the message that fire, also those of which it is no news
	AllEnded    int      // those that have ended
}

// Entry is a silence, or who was told of a group, as Alertmanager encodes it.
type Entry struct {
	Kind    string
	ID      string
	Expires time.Time
	Value   []byte
}

// Notifications are the records of what was told, and what must be known for
// telling nothing twice.
type Notifications struct{ db *DB }

// Notifications gives access to the notifications.
func (db *DB) Notifications() Notifications { return Notifications{db} }

// Keep keeps notifications, whose IDs it sets, and entries, and that those settled
// are in the records of their alarms; all or nothing.
func (s Notifications) Keep(ctx context.Context, told []*Notification, entries []Entry, settled []int64) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, id := range settled {
			if _, err := tx.ExecContext(ctx, `UPDATE notifications SET settled = 1 WHERE id = $1`, id); err != nil {
				return err
			}
		}
		if err := putEntries(ctx, tx, entries); err != nil || len(told) == 0 {
			return err
		}
		var id int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) FROM notifications`).Scan(&id); err != nil {
			return err
		}
		for i, n := range told {
			n.ID = id + int64(i) + 1
			if err := putNotification(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for _, n := range told { // the next ones may get these
			n.ID = 0
		}
		return fmt.Errorf("keep %d notifications and %d entries: %w", len(told), len(entries), err)
	}
	return nil
}

func putEntries(ctx context.Context, tx *sql.Tx, entries []Entry) error {
	for _, e := range entries {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO notify_entries (kind, id, expires_ms, value) VALUES ($1, $2, $3, $4)
			ON CONFLICT (kind, id) DO UPDATE SET expires_ms = excluded.expires_ms, value = excluded.value`,
			e.Kind, e.ID, e.Expires.UnixMilli(), e.Value)
		if err != nil {
			return fmt.Errorf("%s %s: %w", e.Kind, e.ID, err)
		}
	}
	return nil
}

// putNotification inserts n. What tells nobody of an alarm is settled at once.
func putNotification(ctx context.Context, tx *sql.Tx, n *Notification) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO notifications (id, at_ms, receiver, integration, group_key, labels, what, why, error, took_ms, settled, firing, ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		n.ID, n.At.UnixMilli(), n.Receiver, n.Integration, n.GroupKey, n.Labels, n.What, n.Why, n.Error, n.Took.Milliseconds(), flag(n.What != Delivered),
		n.AllFiring, n.AllEnded)
	if err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO notification_alarms (notification, alarm, ended) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer put.Close()
	for ended, ids := range [][]string{n.Firing, n.Ended} {
		for _, id := range ids {
			if _, err := put.ExecContext(ctx, n.ID, id, ended); err != nil {
				return err
			}
		}
	}
	return nil
}

// Entries returns the entries of a kind that have not expired.
func (s Notifications) Entries(ctx context.Context, kind string) ([]Entry, error) {
	return list(ctx, s.db, kind, func(rows *sql.Rows) (Entry, error) {
		e := Entry{Kind: kind}
		var expires int64
		err := rows.Scan(&e.ID, &expires, &e.Value)
		e.Expires = time.UnixMilli(expires).UTC()
		return e, err
	}, `SELECT id, expires_ms, value FROM notify_entries WHERE kind = $1 AND expires_ms > $2 ORDER BY id`, kind, s.db.now().UnixMilli())
}

// Forget removes notifications from before a time, and entries that have expired.
func (s Notifications) Forget(ctx context.Context, before time.Time) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM notify_entries WHERE expires_ms <= $1`, s.db.now().UnixMilli()); err != nil {
			return err
		}
		const old = `at_ms < $1 AND settled = 1`
		if _, err := tx.ExecContext(ctx, `DELETE FROM notification_alarms WHERE notification IN (SELECT id FROM notifications WHERE `+old+`)`, before.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM notifications WHERE `+old, before.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget notifications from before %s: %w", before, err)
	}
	return nil
}
