package state

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations returns the SQL of each version, from version 1. Once released, a
// file is never changed: a change is a new file.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // in the order of their numbers
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(names))
	for i, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps[i] = string(text)
	}
	return steps, nil
}

// migrate brings the database to the newest version.
func (db *DB) migrate(ctx context.Context) error {
	steps, err := migrations()
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return db.migrateTo(ctx, steps)
}

func (db *DB) migrateTo(ctx context.Context, steps []string) error {
	return db.transact(ctx, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx)
		if err != nil {
			return fmt.Errorf("read its version: %w", err)
		}
		if version > len(steps) {
			return fmt.Errorf("its version %d is of a newer Headroom; this one knows up to %d", version, len(steps))
		}
		for ; version < len(steps); version++ {
			if err := db.step(ctx, tx, version+1, steps[version]); err != nil {
				return fmt.Errorf("bring it to version %d: %w", version+1, err)
			}
		}
		return nil
	})
}

func schemaVersion(ctx context.Context, tx *sql.Tx) (version int, err error) {
	const table = `CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, applied_ms BIGINT NOT NULL)`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM migrations`).Scan(&version)
	return version, err
}

func (db *DB) step(ctx context.Context, tx *sql.Tx, version int, text string) error {
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO migrations (version, applied_ms) VALUES ($1, $2)`, version, db.now().UnixMilli())
	return err
}
