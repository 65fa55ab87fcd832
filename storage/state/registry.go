package state

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"headroom/storage/fleet"
)

// MaxEdits is how many facts people can set by the API, and ErrTooManyEdits means that
// as many are set.
const MaxEdits = 100_000

var ErrTooManyEdits = fmt.Errorf("there are %d facts set by people, which is the most: take some back first", MaxEdits)

// RegistrySource is what a source of the registry said when it was last read well.
type RegistrySource struct {
	Name string
	Read time.Time
	Data []byte // JSON
}

// RegistryEdit is a fact that a person set.
type RegistryEdit struct {
	ID, Field string
	Value     string // empty: there is none, whatever other sources say
	Who, Why  string
	At        time.Time
}

// RegistryChange is what changes at once.
type RegistryChange struct {
	Sources []RegistrySource     // replaced
	Read    map[string]time.Time // of sources that say what they said: when they were read
	Gone    []string             // names of sources that are removed
	Edits   []RegistryEdit       // set
	Back    []RegistryEdit       // taken back: ID and Field
	Events  []fleet.FactChange
}

// Registry is the registry of modules.
type Registry struct{ db *DB }

// Registry gives access to the registry of modules.
func (db *DB) Registry() Registry { return Registry{db} }

// Sources returns what each source said last, in order of names.
func (s Registry) Sources(ctx context.Context) ([]RegistrySource, error) {
	return list(ctx, s.db, "sources of the registry", func(rows *sql.Rows) (r RegistrySource, err error) {
		var read int64
		err = rows.Scan(&r.Name, &read, &r.Data)
		r.Read = fromMillis(read)
		return r, err
	}, `SELECT name, read_ms, data FROM registry_sources ORDER BY name`)
}

// Edits returns what people set, in order of ids and fields.
func (s Registry) Edits(ctx context.Context) ([]RegistryEdit, error) {
	return list(ctx, s.db, "facts set by people", func(rows *sql.Rows) (e RegistryEdit, err error) {
		var at int64
		err = rows.Scan(&e.ID, &e.Field, &e.Value, &e.Who, &e.Why, &at)
		e.At = fromMillis(at)
		return e, err
	}, `SELECT id, field, value, who, why, at_ms FROM registry_edits ORDER BY id, field`)
}

// Save makes a change, all of it or, with an error, nothing. The error is
// ErrTooManyEdits if there would be more than MaxEdits.
func (s Registry) Save(ctx context.Context, c RegistryChange) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, do := range []func(context.Context, *sql.Tx) error{c.saveSources, c.saveEdits, c.saveEvents} {
			if err := do(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep a change of the registry: %w", err)
	}
	return nil
}

func (c RegistryChange) saveSources(ctx context.Context, tx *sql.Tx) error {
	for _, r := range c.Sources {
		if _, err := tx.ExecContext(ctx, `INSERT INTO registry_sources (name, read_ms, data) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET read_ms = excluded.read_ms, data = excluded.data`,
			r.Name, milliOrZero(r.Read), string(r.Data)); err != nil {
			return fmt.Errorf("source %s: %w", r.Name, err)
		}
	}
	for name, at := range c.Read {
		if _, err := tx.ExecContext(ctx, `UPDATE registry_sources SET read_ms = $1 WHERE name = $2`, milliOrZero(at), name); err != nil {
			return fmt.Errorf("source %s: %w", name, err)
		}
	}
	for _, name := range c.Gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM registry_sources WHERE name = $1`, name); err != nil {
			return fmt.Errorf("source %s: %w", name, err)
		}
	}
	return nil
}

func (c RegistryChange) saveEdits(ctx context.Context, tx *sql.Tx) error {
	for _, e := range c.Edits {
		if _, err := tx.ExecContext(ctx, `INSERT INTO registry_edits (id, field, value, who, why, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id, field) DO UPDATE SET value = excluded.value, who = excluded.who, why = excluded.why, at_ms = excluded.at_ms`,
			e.ID, e.Field, e.Value, e.Who, e.Why, milliOrZero(e.At)); err != nil {
			return fmt.Errorf("%s of %s: %w", e.Field, e.ID, err)
		}
	}
	for _, e := range c.Back {
		if _, err := tx.ExecContext(ctx, `DELETE FROM registry_edits WHERE id = $1 AND field = $2`, e.ID, e.Field); err != nil {
			return fmt.Errorf("%s of %s: %w", e.Field, e.ID, err)
		}
	}
	if len(c.Edits) == 0 {
		return nil
	}
	var have int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM registry_edits`).Scan(&have); err != nil {
		return err
	}
	if have > MaxEdits {
		return ErrTooManyEdits
	}
	return nil
}

func (c RegistryChange) saveEvents(ctx context.Context, tx *sql.Tx) error {
	if len(c.Events) == 0 {
		return nil
	}
	var seq int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM registry_events`).Scan(&seq); err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO registry_events (seq, at_ms, id, field, value_before, value_after, source, who, revision, why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, e := range c.Events {
		seq++
		if _, err := put.ExecContext(ctx, seq, milliOrZero(e.At), e.ID, e.Field, e.Before, e.After, e.Source, e.By, e.Commit, e.Why); err != nil {
			return fmt.Errorf("%s of %s: %w", e.Field, e.ID, err)
		}
	}
	return nil
}

// RegistryEventQuery says which changes are asked for. Zero values ask for all.
type RegistryEventQuery struct {
	From, To time.Time // From ≤ t < To
	IDs      []string  // of the nodes themselves
	Limit    int       // the newest so many; 0: all
	Offset   int
}

// Events returns changes of facts, the newest first.
func (s Registry) Events(ctx context.Context, q RegistryEventQuery) ([]fleet.FactChange, error) {
	var c conditions
	c.during("at_ms", q.From, q.To)
	if len(q.IDs) > 0 {
		args := make([]any, len(q.IDs))
		for i, id := range q.IDs {
			args[i] = id
		}
		c.add("id IN (?"+strings.Repeat(", ?", len(q.IDs)-1)+")", args...)
	}
	text := `SELECT seq, at_ms, id, field, value_before, value_after, source, who, revision, why FROM registry_events` + c.where() + ` ORDER BY seq DESC`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(c.args)-1, len(c.args))
	}
	return list(ctx, s.db, "changes of the registry", scanFactChange, text, c.args...)
}

func scanFactChange(rows *sql.Rows) (e fleet.FactChange, err error) {
	var at int64
	err = rows.Scan(&e.Seq, &at, &e.ID, &e.Field, &e.Before, &e.After, &e.Source, &e.By, &e.Commit, &e.Why)
	e.At = fromMillis(at)
	return e, err
}

// MaxRegistryEvents is how many changes of one node are kept, the newest.
const MaxRegistryEvents = 1000

// Forget removes the changes from before a time, and of each node those beyond the
// newest MaxRegistryEvents; it tells how many.
func (s Registry) Forget(ctx context.Context, before time.Time) (all int64, err error) {
	for _, do := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM registry_events WHERE at_ms < $1`, []any{before.UnixMilli()}},
		{`DELETE FROM registry_events WHERE seq IN (SELECT seq FROM (
			SELECT seq, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS place FROM registry_events
			WHERE id IN (SELECT id FROM registry_events GROUP BY id HAVING COUNT(*) > $1)) AS numbered WHERE place > $1)`, []any{MaxRegistryEvents}},
	} {
		result, err := s.db.exec(ctx, do.text, do.args...)
		if err != nil {
			return all, fmt.Errorf("forget changes of the registry: %w", err)
		}
		n, err := result.RowsAffected()
		if all += n; err != nil {
			return all, err
		}
	}
	return all, nil
}
