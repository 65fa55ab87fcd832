package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Checkpoints are what parts of the server want back after a restart.
type Checkpoints struct{ db *DB }

// Checkpoints gives access to the checkpoints.
func (db *DB) Checkpoints() Checkpoints { return Checkpoints{db} }

// Load returns what was last saved under a name, and false if nothing was.
func (c Checkpoints) Load(ctx context.Context, name string) ([]byte, bool, error) {
	var value []byte
	err := c.db.sql.QueryRowContext(ctx, `SELECT value FROM checkpoints WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read checkpoint %q: %w", name, err)
	}
	return value, true, nil
}

// Save replaces what is kept under a name.
func (c Checkpoints) Save(ctx context.Context, name string, value []byte) error {
	if value == nil {
		value = []byte{} // nil would be NULL
	}
	_, err := c.db.exec(ctx, `
		INSERT INTO checkpoints (name, value, saved_ms) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, saved_ms = excluded.saved_ms`,
		name, value, c.db.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("save checkpoint %q: %w", name, err)
	}
	return nil
}
