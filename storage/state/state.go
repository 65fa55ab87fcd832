// Package state keeps what is not a sample: people's notes, published reports
// and checkpoints, in one SQLite file that needs no server.
//
// A method that returned nil has its change on the disk: neither a kill nor a
// loss of power takes it back. A file of an older version is brought forward
// when it is opened; one of a newer version is refused and left as it is.
//
// The SQL is plain enough for PostgreSQL: text, bigint and bytea, upserts by ON
// CONFLICT, times as milliseconds since 1970.
package state

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// DB is an open state database. Its methods may be called from many goroutines.
type DB struct {
	sql   *sql.DB
	now   func() time.Time
	audit *Audit
}

// Open opens the database file at path, which is created with its directory if
// it is not there, readable by its owner only.
func Open(path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create state database: %w", err)
	}
	handle, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("open state database %q: %w", path, err)
	}
	db := &DB{sql: handle, now: time.Now}
	db.audit = &Audit{db: db}
	if err := db.migrate(context.Background()); err != nil {
		_ = handle.Close()
		return nil, fmt.Errorf("open state database %q: %w", path, err)
	}
	return db, nil
}

// Close closes the database. Changes need no Close to be kept.
func (db *DB) Close() error {
	if err := db.sql.Close(); err != nil {
		return fmt.Errorf("close state database: %w", err)
	}
	return nil
}

func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dataSource names the file and how to use it: readers do not wait for a writer
// (WAL), a commit is on the disk (FULL), and who finds the file locked waits.
func dataSource(path string) string {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	file := url.URL{Path: path}
	return "file:" + file.EscapedPath() + "?" + query.Encode()
}

// transact runs do in a transaction, which is taken back if do fails.
func (db *DB) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
