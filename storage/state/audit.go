package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"headroom/storage/audit"
)

// Limits of the audit log.
const (
	auditBatch   = 512  // entries that are written at once
	auditWaiting = 8192 // entries that wait; more are refused
	auditPage    = 1000 // entries that are read at once
)

// ErrAuditBehind means that too many entries of the audit log wait to be written.
var ErrAuditBehind = errors.New("the audit log is too far behind")

// Audit is the audit log. Entries that come while others are written are written
// together, so that many share one sync of the disk. There is no way to change or to
// remove one.
type Audit struct {
	db *DB

	mu      sync.Mutex
	waiting []waitingEntry
	writing bool // somebody writes what waits
}

type waitingEntry struct {
	entry audit.Entry
	done  chan error // takes one without blocking
}

// Audit gives access to the audit log.
func (db *DB) Audit() *Audit { return db.audit }

// Add implements [audit.Log].
func (a *Audit) Add(ctx context.Context, e audit.Entry) error {
	w := waitingEntry{e, make(chan error, 1)}
	if err := a.queue(w); err != nil {
		return fmt.Errorf("write to the audit log: %w", err)
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("write to the audit log: %w", ctx.Err())
	}
}

func (a *Audit) queue(w waitingEntry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) >= auditWaiting {
		return ErrAuditBehind
	}
	a.waiting = append(a.waiting, w)
	if !a.writing {
		a.writing = true
		go a.write()
	}
	return nil
}

// write writes until nothing waits.
func (a *Audit) write() {
	for {
		batch := a.next()
		if len(batch) == 0 {
			return
		}
		err := a.append(context.Background(), batch)
		if err != nil {
			err = fmt.Errorf("write to the audit log: %w", err)
		}
		for _, w := range batch {
			w.done <- err
		}
	}
}

func (a *Audit) next() []waitingEntry {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := min(len(a.waiting), auditBatch)
	batch := a.waiting[:n:n]
	if a.waiting = a.waiting[n:]; n == 0 {
		a.waiting, a.writing = nil, false
	}
	return batch
}

func (a *Audit) append(ctx context.Context, batch []waitingEntry) error {
	return a.db.transact(ctx, func(tx *sql.Tx) error {
		head, err := auditHead(ctx, tx)
		if err != nil {
			return err
		}
		put, err := tx.PrepareContext(ctx, `
			INSERT INTO audit (seq, at_ms, who, client, action, object, path, why, result, detail, prev, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
		if err != nil {
			return err
		}
		defer put.Close()
		for _, w := range batch {
			if w.entry.At.IsZero() {
				w.entry.At = a.db.now()
			}
			e := head.Seal(w.entry)
			if _, err := put.ExecContext(ctx, e.Seq, e.At.UnixMilli(), e.Who, e.From, e.Action, e.Object, e.Path, e.Why, e.Result, string(e.Detail), e.Prev, e.Hash); err != nil {
				return err
			}
			head = head.After(e)
		}
		return nil
	})
}

// auditHead reads the last entry's number and hash.
func auditHead(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (h audit.Head, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&h.Seq, &h.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return h, err
}

// Head returns the last entry's number and hash; zero if there is none.
func (a *Audit) Head(ctx context.Context) (audit.Head, error) {
	h, err := auditHead(ctx, a.db.sql)
	if err != nil {
		return audit.Head{}, fmt.Errorf("read the audit log: %w", err)
	}
	return h, nil
}

// AuditQuery says which entries are asked for. Zero values ask for all.
type AuditQuery struct {
	From, To time.Time // From ≤ t < To
	Who      string
	Action   string // one, or as "run" all of "run.retry", "run.skip", …
	Object   string
	Path     string // id of a node of the business tree: it and all below it
	Before   int64  // only entries with a smaller Seq; 0: all
	Limit    int    // the newest so many; 0: all
}

const auditColumns = `SELECT seq, at_ms, who, client, action, object, path, why, result, detail, prev, hash FROM audit`

// List returns the entries of a query, the newest first.
func (a *Audit) List(ctx context.Context, q AuditQuery) ([]audit.Entry, error) {
	var c conditions
	c.during("at_ms", q.From, q.To)
	c.equal("who", q.Who)
	c.equal("object", q.Object)
	c.below("path", q.Path)
	if q.Action != "" {
		c.add("(action = ? OR SUBSTR(action, 1, LENGTH(?)) = ?)", q.Action, q.Action+".", q.Action+".")
	}
	if q.Before > 0 {
		c.add("seq < ?", q.Before)
	}
	text := auditColumns + c.where() + ` ORDER BY seq DESC`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit)
		text += fmt.Sprintf(` LIMIT $%d`, len(c.args))
	}
	return list(ctx, a.db, "the audit log", scanAudit, text, c.args...)
}

func scanAudit(rows *sql.Rows) (e audit.Entry, err error) {
	var at int64
	var detail string
	err = rows.Scan(&e.Seq, &at, &e.Who, &e.From, &e.Action, &e.Object, &e.Path, &e.Why, &e.Result, &detail, &e.Prev, &e.Hash)
	e.At = time.UnixMilli(at).UTC()
	if detail != "" {
		e.Detail = []byte(detail)
	}
	return e, err
}

// Between returns the numbers of the first entry from a time on and of the last one
// before another; a zero time is no bound. First is above last if there is none.
func (a *Audit) Between(ctx context.Context, from, to time.Time) (first, last int64, err error) {
	var c conditions
	c.during("at_ms", from, to)
	err = a.db.sql.QueryRowContext(ctx, `SELECT COALESCE(MIN(seq), 1), COALESCE(MAX(seq), 0) FROM audit`+c.where(), c.args...).Scan(&first, &last)
	if err != nil {
		return 1, 0, fmt.Errorf("read the audit log: %w", err)
	}
	return first, last, nil
}

// Entries returns the entries from first to last in the order of their numbers, read
// in pages, so that no reader keeps the database long.
func (a *Audit) Entries(ctx context.Context, first, last int64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for first <= last {
			page, err := list(ctx, a.db, "the audit log", scanAudit, auditColumns+` WHERE seq >= $1 AND seq <= $2 ORDER BY seq LIMIT $3`, first, last, auditPage)
			if err != nil {
				yield(audit.Entry{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < auditPage {
				return
			}
			first = page[len(page)-1].Seq + 1
		}
	}
}
