package state

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// conditions are what a query asks for, and its arguments so far.
type conditions struct {
	terms []string
	args  []any
}

// add asks for a term, in which each ? stands for the next of values.
func (c *conditions) add(term string, values ...any) {
	for _, v := range values {
		c.args = append(c.args, v)
		term = strings.Replace(term, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	c.terms = append(c.terms, term)
}

// during asks for a time from ≤ t < to; a zero time is no bound.
func (c *conditions) during(column string, from, to time.Time) {
	if !from.IsZero() {
		c.add(column+" >= ?", from.UnixMilli())
	}
	if !to.IsZero() {
		c.add(column+" < ?", to.UnixMilli())
	}
}

// equal asks for a value, unless it is empty.
func (c *conditions) equal(column, value string) {
	if value != "" {
		c.add(column+" = ?", value)
	}
}

// below asks for a node of the business tree and all below it: of ids that begin with
// its own and a slash, in which no sign has a meaning of its own. Empty asks for all.
func (c *conditions) below(column, id string) {
	if id != "" {
		c.add("("+column+" = ? OR SUBSTR("+column+", 1, LENGTH(?)) = ?)", id, id+"/", id+"/")
	}
}

// where returns the clause; it is empty if all is asked for.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

// each calls f with the rows of a query, until it returns an error.
func (db *DB) each(ctx context.Context, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list returns what scan reads from the rows of a query; what names it in errors.
func list[T any](ctx context.Context, db *DB, what string, scan func(*sql.Rows) (T, error), query string, args ...any) (all []T, err error) {
	err = db.each(ctx, func(rows *sql.Rows) error {
		t, err := scan(rows)
		all = append(all, t)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return all, nil
}

// milliOrZero is a time in milliseconds since 1970, 0 for the zero time.
func milliOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
