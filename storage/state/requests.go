package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Errors of requests.
var (
	ErrNoRequest      = errors.New("no such request")
	ErrRequestChanged = errors.New("the request was changed meanwhile")
)

// Request is how a request is kept.
type Request struct {
	Number   int64
	Kind     string
	State    string
	Path     string // id of the node of the business tree that it is about; empty: the root
	Who      string // has asked
	Run      string // id of the flow's run; empty: none
	Opened   time.Time
	Approved time.Time // zero: not yet, or never
	Closed   time.Time // zero: it is under way
	Version  int64     // how often it was written
	Steps    int       // of its history
	Told     int       // those of them that people were told of
	Data     []byte    // all of it, as JSON
}

// RequestQuery says which requests are asked for. Zero values ask for all.
type RequestQuery struct {
	From, To time.Time // opened From ≤ t < To
	State    string
	Kind     string
	Path     string // id of a node: it and all below it
	Who      string
	Run      string
	Search   string // part of its text, in any case of ASCII letters
	UnderWay bool   // only those that are not closed
	Untold   bool   // only those of which people have not been told all
	Limit    int    // the newest so many; 0: all
	Offset   int
}

func (q RequestQuery) conditions() (c conditions) {
	c.during("opened_ms", q.From, q.To)
	c.equal("state", q.State)
	c.equal("kind", q.Kind)
	c.equal("who", q.Who)
	c.equal("run", q.Run)
	c.below("path", q.Path)
	if q.Search != "" {
		c.add(`data LIKE ? ESCAPE '\'`, "%"+escapeLike.Replace(q.Search)+"%")
	}
	if q.UnderWay {
		c.add("closed_ms = 0")
	}
	if q.Untold {
		c.add("told < steps")
	}
	return c
}

// Requests are what people asked for.
type Requests struct{ db *DB }

// Requests gives access to the requests.
func (db *DB) Requests() Requests { return Requests{db} }

// Add keeps a new request, and returns its number: from 1, without gaps. Its version
// is 1.
func (s Requests) Add(ctx context.Context, r Request) (number int64, err error) {
	err = s.db.transact(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM requests`).Scan(&number); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO requests (number, kind, state, path, who, run, opened_ms, approved_ms, closed_ms, version, steps, told, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12)`,
			number, r.Kind, r.State, r.Path, r.Who, r.Run, r.Opened.UnixMilli(), milliOrZero(r.Approved), milliOrZero(r.Closed), r.Steps, r.Told, string(r.Data))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep a request: %w", err)
	}
	return number, nil
}

// Change keeps a request as it is now, if its version is still the one that was read;
// else the error is ErrRequestChanged. What people were told of is not touched.
func (s Requests) Change(ctx context.Context, r Request) error {
	result, err := s.db.exec(ctx, `
		UPDATE requests SET state = $1, run = $2, approved_ms = $3, closed_ms = $4, steps = $5, data = $6, version = version + 1
		WHERE number = $7 AND version = $8`,
		r.State, r.Run, milliOrZero(r.Approved), milliOrZero(r.Closed), r.Steps, string(r.Data), r.Number, r.Version)
	if err == nil {
		var n int64
		if n, err = result.RowsAffected(); err == nil && n == 0 {
			err = ErrRequestChanged
		}
	}
	if err != nil {
		return fmt.Errorf("change request %d: %w", r.Number, err)
	}
	return nil
}

// Told writes down of how many steps of a request people were told.
func (s Requests) Told(ctx context.Context, number int64, steps int) error {
	if _, err := s.db.exec(ctx, `UPDATE requests SET told = $1 WHERE number = $2 AND told < $1`, steps, number); err != nil {
		return fmt.Errorf("write down what was told of request %d: %w", number, err)
	}
	return nil
}

const requestColumns = `SELECT number, kind, state, path, who, run, opened_ms, approved_ms, closed_ms, version, steps, told, data FROM requests`

// Load returns a request; the error is ErrNoRequest if there is none.
func (s Requests) Load(ctx context.Context, number int64) (Request, error) {
	all, err := list(ctx, s.db, "requests", scanRequest, requestColumns+` WHERE number = $1`, number)
	if err == nil && len(all) == 0 {
		err = ErrNoRequest
	}
	if err != nil {
		return Request{}, fmt.Errorf("request %d: %w", number, err)
	}
	return all[0], nil
}

// Find returns the requests of a query, the newest first.
func (s Requests) Find(ctx context.Context, q RequestQuery) ([]Request, error) {
	c := q.conditions()
	text := requestColumns + c.where() + ` ORDER BY number DESC`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(c.args)-1, len(c.args))
	}
	return list(ctx, s.db, "requests", scanRequest, text, c.args...)
}

// Version is another one whenever any request has changed, came or went.
func (s Requests) Version(ctx context.Context) (version string, err error) {
	err = s.db.sql.QueryRowContext(ctx, `SELECT COUNT(*) || ' ' || COALESCE(MAX(number), 0) || ' ' || COALESCE(SUM(version), 0) FROM requests`).Scan(&version)
	if err != nil {
		return "", fmt.Errorf("count requests: %w", err)
	}
	return version, nil
}

// CountUnderWay tells how many requests are in each state that is not the last.
func (s Requests) CountUnderWay(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := s.db.each(ctx, func(rows *sql.Rows) error {
		var state string
		var n int
		err := rows.Scan(&state, &n)
		counts[state] = n
		return err
	}, `SELECT state, COUNT(*) FROM requests WHERE closed_ms = 0 GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count requests: %w", err)
	}
	return counts, nil
}

// Forget removes the requests that were closed before a time, and tells how many. The
// newest one stays, so that no number is given twice.
func (s Requests) Forget(ctx context.Context, before time.Time) (int64, error) {
	result, err := s.db.exec(ctx, `
		DELETE FROM requests WHERE closed_ms > 0 AND closed_ms < $1 AND number < (SELECT MAX(number) FROM requests)`, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old requests: %w", err)
	}
	return result.RowsAffected()
}

func scanRequest(rows *sql.Rows) (r Request, err error) {
	var opened, approved, closed int64
	err = rows.Scan(&r.Number, &r.Kind, &r.State, &r.Path, &r.Who, &r.Run, &opened, &approved, &closed, &r.Version, &r.Steps, &r.Told, &r.Data)
	r.Opened, r.Approved, r.Closed = time.UnixMilli(opened).UTC(), fromMillis(approved), fromMillis(closed)
	return r, err
}
