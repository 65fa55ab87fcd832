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

	// writing holds an element while a goroutine changes the database. SQLite has
	// one writer at a time, and lets others ask again and again with pauses; here
	// they wait in a row until the moment it is free, or their context is done.
	writing chan struct{}
}

// Open opens the database file at path, which is created with its directory if
// it is not there, readable by its owner only.
func Open(path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create state database: %w", err)
	}
	db, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open state database %q: %w", path, err)
	}
	if err := db.migrate(context.Background()); err != nil {
		_ = db.sql.Close()
		return nil, fmt.Errorf("open state database %q: %w", path, err)
	}
	return db, nil
}

// open makes a handle of the file as it is.
func open(path string) (*DB, error) {
	handle, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, err
	}
	db := &DB{sql: handle, now: time.Now, writing: make(chan struct{}, 1)}
	db.audit = &Audit{db: db}
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

// alone waits until no other goroutine writes; who is given no error calls leave.
func (db *DB) alone(ctx context.Context) error {
	select {
	case db.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other changes: %w", ctx.Err())
	}
}

func (db *DB) leave() { <-db.writing }

// exec makes one change by itself.
func (db *DB) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := db.alone(ctx); err != nil {
		return nil, err
	}
	defer db.leave()
	return db.sql.ExecContext(ctx, query, args...)
}

// transact runs do in a transaction, which is taken back if do fails. A change that
// do makes by anything but its transaction would wait for itself.
func (db *DB) transact(ctx context.Context, do func(*sql.Tx) error) error {
	if err := db.alone(ctx); err != nil {
		return err
	}
	defer db.leave()
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
