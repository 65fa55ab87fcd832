package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Count is how often something happened, of which the fields tell what.
type Count struct {
	Path  string // id of a node of the business tree; empty: none
	What  string // the state, outcome, result or direction
	Of    string // of runs the flow, of heals the verdict
	By    string // of runs the source
	N     int
	Took  time.Duration // of all of them together
	Timed int           // those of them of which it is known how long they took
}

// Operations counts what happened from a time to another, from ≤ t < to.
type Operations struct{ db *DB }

// Operations gives access to counts of what happened.
func (db *DB) Operations() Operations { return Operations{db} }

// Runs counts the runs that have ended, dry ones left out; Took is from their creation
// to their end. That a run is a dry one stands only in its JSON.
func (s Operations) Runs(ctx context.Context, from, to time.Time) ([]Count, error) {
	return s.count(ctx, "runs", `
		SELECT module, state, flow, source, COUNT(*), SUM(ended_ms - created_ms), COUNT(*) FROM flow_runs
		WHERE ended_ms >= $1 AND ended_ms < $2 AND NOT (data LIKE '%"dry":true,"source":{"kind":%') GROUP BY module, state, flow, source`, from, to)
}

// Heals counts what was done about alarms by when it was started, dry runs left out.
func (s Operations) Heals(ctx context.Context, from, to time.Time) ([]Count, error) {
	return s.count(ctx, "heals", `
		SELECT module, result, verified, '', COUNT(*), 0, 0 FROM heals
		WHERE started_ms >= $1 AND started_ms < $2 AND dry = 0 GROUP BY module, result, verified`, from, to)
}

// Alarms counts episodes by when they were received.
func (s Operations) Alarms(ctx context.Context, from, to time.Time) ([]Count, error) {
	return s.count(ctx, "alarms", `
		SELECT path, outcome, '', '', COUNT(*), 0, 0 FROM alarms
		WHERE received_ms >= $1 AND received_ms < $2 GROUP BY path, outcome`, from, to)
}

// Decisions counts decisions of scaling by their direction.
func (s Operations) Decisions(ctx context.Context, from, to time.Time) ([]Count, error) {
	return s.count(ctx, "decisions", `
		SELECT module, direction, '', '', COUNT(*), 0, 0 FROM pool_decisions
		WHERE at_ms >= $1 AND at_ms < $2 GROUP BY module, direction`, from, to)
}

// Requests counts what people asked for: as "opened" and "approved" by when they were,
// and in their last state by when they came into it. Took is from opening to then.
func (s Operations) Requests(ctx context.Context, from, to time.Time) (all []Count, err error) {
	for _, query := range []string{
		`SELECT path, 'opened', '', '', COUNT(*), 0, 0 FROM requests WHERE opened_ms >= $1 AND opened_ms < $2 GROUP BY path`,
		`SELECT path, 'approved', '', '', COUNT(*), SUM(approved_ms - opened_ms), COUNT(*) FROM requests
			WHERE approved_ms > 0 AND approved_ms >= $1 AND approved_ms < $2 GROUP BY path`,
		`SELECT path, state, '', '', COUNT(*), SUM(closed_ms - opened_ms), COUNT(*) FROM requests
			WHERE closed_ms > 0 AND closed_ms >= $1 AND closed_ms < $2 GROUP BY path, state`,
	} {
		some, err := s.count(ctx, "requests", query, from, to)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (s Operations) count(ctx context.Context, what, query string, from, to time.Time) ([]Count, error) {
	all, err := list(ctx, s.db, "counts of "+what, func(rows *sql.Rows) (c Count, err error) {
		var took int64
		err = rows.Scan(&c.Path, &c.What, &c.Of, &c.By, &c.N, &took, &c.Timed)
		c.Took = time.Duration(took) * time.Millisecond
		return c, err
	}, query, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("from %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
	}
	return all, nil
}
