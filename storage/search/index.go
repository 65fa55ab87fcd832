package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// version of the file; one of another version is made anew.
const version = 1

// Bounds of the index.
const (
	MaxDocuments = 1_000_000 // beyond, new ones are left out
	MaxText      = 64 << 10  // bytes of a text that count
	maxTitle     = 1000
	maxKinds     = 64
)

// Document is something that can be found.
type Document struct {
	Kind  string    // as "module", "runbook", "alarm", "run", "request"
	ID    string    // within its kind
	Path  string    // id of the node of the business tree that it is about; empty: none
	Title string    //
	Text  string    //
	At    time.Time // zero: it is of no time, as a runbook
	URL   string    // of its page, from the root of the server
	Gone  bool      // it is to be removed; only Kind and ID count
}

// Index is an open index. Its methods may be called from many goroutines.
type Index struct {
	sql   *sql.DB
	asked sync.Map // *sql.Stmt by text: to prepare one takes as long as many searches do

	mu    sync.Mutex     // held while something is written; protects the fields below
	kinds map[string]int // numbers of kinds
	sizes map[string]int // documents of each kind
	size  int
}

const schema = `
	CREATE TABLE docs (
		place INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, folded TEXT NOT NULL, path TEXT NOT NULL,
		title TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, url TEXT NOT NULL, hash BLOB NOT NULL);
	CREATE UNIQUE INDEX docs_id ON docs (kind, id);
	CREATE INDEX docs_folded ON docs (folded);
	CREATE VIRTUAL TABLE words USING fts5(title, text, nodes, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3 4 5 6');
	CREATE VIRTUAL TABLE titles USING fts5(title, nodes, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3 4 5 6');
	CREATE VIRTUAL TABLE terms USING fts5vocab(words, instance);
	CREATE TABLE kinds (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
	CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL);`

// Open opens the index at path. One that is missing, of another version or broken is
// made anew, empty.
func Open(path string) (*Index, error) {
	x, err := open(path)
	if err == nil {
		return x, nil
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("remove a broken search index: %w", err)
		}
	}
	if x, err = open(path); err != nil {
		return nil, fmt.Errorf("open search index %q: %w", path, err)
	}
	return x, nil
}

func open(path string) (_ *Index, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "cache_size(-16000)",
	}}
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	handle.SetMaxOpenConns(4)
	x := &Index{sql: handle, kinds: map[string]int{}, sizes: map[string]int{}}
	if err := x.prepare(context.Background()); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return x, nil
}

// prepare makes the tables, or sees that they are those of this version.
func (x *Index) prepare(ctx context.Context) error {
	var have int
	if err := x.sql.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&have); err != nil {
		return err
	}
	if have != 0 && have != version {
		return fmt.Errorf("it is of version %d", have)
	}
	if have == 0 {
		if _, err := x.sql.ExecContext(ctx, fmt.Sprintf("BEGIN; %s PRAGMA user_version = %d; COMMIT", schema, version)); err != nil {
			return err
		}
	}
	return x.load(ctx)
}

// load reads which kinds there are and how many documents each has.
func (x *Index) load(ctx context.Context) error {
	rows, err := x.sql.QueryContext(ctx, `SELECT number, name, (SELECT COUNT(*) FROM docs WHERE kind = name) FROM kinds`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number, n int
		var name string
		if err := rows.Scan(&number, &name, &n); err != nil {
			return err
		}
		x.kinds[name], x.sizes[name] = number, n
		x.size += n
	}
	return rows.Err()
}

// prepared returns a statement, which is prepared once.
func (x *Index) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if have, ok := x.asked.Load(text); ok {
		return have.(*sql.Stmt), nil
	}
	made, err := x.sql.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if have, twice := x.asked.LoadOrStore(text, made); twice {
		return have.(*sql.Stmt), made.Close()
	}
	return made, nil
}

// Close closes the index.
func (x *Index) Close() error {
	x.asked.Range(func(_, s any) bool { return s.(*sql.Stmt).Close() == nil })
	if err := x.sql.Close(); err != nil {
		return fmt.Errorf("close search index: %w", err)
	}
	return nil
}

// Sizes tells how many documents of each kind there are.
func (x *Index) Sizes() map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make(map[string]int, len(x.sizes))
	for kind, n := range x.sizes {
		all[kind] = n
	}
	return all
}
