package state

import (
	"context"
	"database/sql"
	"fmt"
)

// ConsistencyRow is what is kept of one item that a module declares, on a node.
type ConsistencyRow struct {
	Module, Node, Item string
	Data               []byte // all of it, as JSON
}

// ConsistencyState is all that is kept about consistency, each in the order of its keys.
type ConsistencyState struct {
	Standings []ConsistencyRow // what is not as it is declared
	Ignores   []ConsistencyRow // of that what nobody needs to look at; Node may be empty
	Overrides []ConsistencyRow // what was adopted over a declaration; Node is empty
}

// ConsistencyChange is what changes at once. Of rows that are gone Data is not needed.
type ConsistencyChange struct{ Put, Gone ConsistencyState }

// Empty tells whether nothing changes.
func (c ConsistencyChange) Empty() bool {
	n := 0
	for _, s := range []ConsistencyState{c.Put, c.Gone} {
		n += len(s.Standings) + len(s.Ignores) + len(s.Overrides)
	}
	return n == 0
}

// Consistency is what is kept about resources and their declarations.
type Consistency struct{ db *DB }

// Consistency gives access to what is kept about resources and their declarations.
func (db *DB) Consistency() Consistency { return Consistency{db} }

// Load returns everything as it was saved.
func (s Consistency) Load(ctx context.Context) (c ConsistencyState, err error) {
	for table, into := range map[string]*[]ConsistencyRow{
		"consistency_standings": &c.Standings, "consistency_ignores": &c.Ignores, "consistency_overrides": &c.Overrides,
	} {
		*into, err = list(ctx, s.db, table, scanConsistency, `SELECT module, node, item, data FROM `+table+` ORDER BY module, node, item`)
		if err != nil {
			return ConsistencyState{}, err
		}
	}
	return c, nil
}

func scanConsistency(rows *sql.Rows) (r ConsistencyRow, err error) {
	err = rows.Scan(&r.Module, &r.Node, &r.Item, &r.Data)
	return r, err
}

// Save makes a change, all of it or, with an error, nothing.
func (s Consistency) Save(ctx context.Context, c ConsistencyChange) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, part := range []struct {
			table     string
			put, gone []ConsistencyRow
		}{
			{"consistency_standings", c.Put.Standings, c.Gone.Standings},
			{"consistency_ignores", c.Put.Ignores, c.Gone.Ignores},
			{"consistency_overrides", c.Put.Overrides, c.Gone.Overrides},
		} {
			if err := saveConsistency(ctx, tx, part.table, part.put, part.gone); err != nil {
				return fmt.Errorf("%s: %w", part.table, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down what is consistent: %w", err)
	}
	return nil
}

func saveConsistency(ctx context.Context, tx *sql.Tx, table string, put, gone []ConsistencyRow) error {
	for _, r := range gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE module = $1 AND node = $2 AND item = $3`, r.Module, r.Node, r.Item); err != nil {
			return err
		}
	}
	if len(put) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (module, node, item, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (module, node, item) DO UPDATE SET data = excluded.data`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, r := range put {
		if _, err := insert.ExecContext(ctx, r.Module, r.Node, r.Item, string(r.Data)); err != nil {
			return fmt.Errorf("%s of %s: %w", r.Item, r.Module, err)
		}
	}
	return nil
}
