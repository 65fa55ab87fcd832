package state

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// FlowRunQuery says which runs are asked for. Zero values ask for all.
type FlowRunQuery struct {
	Flow, State      string
	Module           string // id of a node of the business tree: it and all below it
	Node             string
	Open             bool
	Source, SourceID string
	From, To         time.Time // From ≤ created < To
	Text             string    // in id, flow, who or why, whatever the case
	Limit, Offset    int       // the newest so many; 0: all
}

func (q FlowRunQuery) conditions() (c conditions) {
	c.equal("flow", q.Flow)
	c.equal("state", q.State)
	c.below("module", q.Module)
	if q.Node != "" {
		c.add("REPLACE(nodes, ?, '') <> nodes", "\n"+q.Node+"\n")
	}
	if q.Open {
		c.add("ended_ms = ?", 0)
	}
	c.equal("source", q.Source)
	c.equal("source_id", q.SourceID)
	c.during("created_ms", q.From, q.To)
	if q.Text != "" {
		c.add(`words LIKE ? ESCAPE '\'`, "%"+likeWords.Replace(strings.ToLower(q.Text))+"%")
	}
	return c
}

var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

const flowRunColumns = `SELECT id, flow, version, module, nodes, state, pending, source, source_id, once, words, created_ms, ended_ms, data, hidden FROM flow_runs`

// Runs returns the runs of a query, the newest first.
func (s Flows) Runs(ctx context.Context, q FlowRunQuery) ([]FlowRun, error) {
	c := q.conditions()
	text := flowRunColumns + c.where() + ` ORDER BY created_ms DESC, id`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(c.args)-1, len(c.args))
	}
	return list(ctx, s.db, "runs", scanFlowRun, text, c.args...)
}

// RunsSince returns the runs that were made, or with ended those that came to their end,
// after a time, or at it with an id that comes after another one: in that order, up to
// limit of them.
func (s Flows) RunsSince(ctx context.Context, ended bool, at time.Time, id string, limit int) ([]FlowRun, error) {
	column := "created_ms"
	if ended {
		column = "ended_ms"
	}
	text := flowRunColumns + ` WHERE ` + column + ` > 0 AND ` + column + ` >= $1 AND (` + column + ` > $1 OR id > $2) ORDER BY ` + column + `, id LIMIT $3`
	return list(ctx, s.db, "runs", scanFlowRun, text, at.UnixMilli(), id, limit)
}

// CountRuns tells how many runs a query has, whatever its limit.
func (s Flows) CountRuns(ctx context.Context, q FlowRunQuery) (n int, err error) {
	c := q.conditions()
	if err := s.db.sql.QueryRowContext(ctx, `SELECT COUNT(*) FROM flow_runs`+c.where(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count runs: %w", err)
	}
	return n, nil
}

// Pending returns the runs that are open or whose end is still to be told, the oldest
// first.
func (s Flows) Pending(ctx context.Context) ([]FlowRun, error) {
	return list(ctx, s.db, "runs", scanFlowRun, flowRunColumns+` WHERE pending = 1 ORDER BY created_ms, id`)
}

// Once returns the run of some words; the error is ErrNoFlowRun if there is none.
func (s Flows) Once(ctx context.Context, words string) (FlowRun, error) {
	return s.one(ctx, `once`, words)
}

// Run returns one run; the error is ErrNoFlowRun if there is none.
func (s Flows) Run(ctx context.Context, id string) (FlowRun, error) { return s.one(ctx, `id`, id) }

func (s Flows) one(ctx context.Context, column, value string) (FlowRun, error) {
	all, err := list(ctx, s.db, "runs", scanFlowRun, flowRunColumns+` WHERE `+column+` = $1`, value)
	if err == nil && len(all) == 0 {
		err = ErrNoFlowRun
	}
	if err != nil {
		return FlowRun{}, fmt.Errorf("run %q: %w", value, err)
	}
	return all[0], nil
}

func scanFlowRun(rows *sql.Rows) (r FlowRun, err error) {
	var nodes string
	var pending, created, ended int64
	err = rows.Scan(&r.ID, &r.Flow, &r.Version, &r.Module, &nodes, &r.State, &pending, &r.Source, &r.SourceID, &r.Once, &r.Words, &created, &ended, &r.Data, &r.Hidden)
	r.Nodes, r.Pending = strings.Fields(nodes), pending == 1
	r.Created, r.Ended = fromMillis(created), fromMillis(ended)
	return r, err
}

// Document returns the flow of a version.
func (s Flows) Document(ctx context.Context, version string) (data []byte, err error) {
	if err := s.db.sql.QueryRowContext(ctx, `SELECT data FROM flow_documents WHERE version = $1`, version).Scan(&data); err != nil {
		return nil, fmt.Errorf("flow of version %q: %w", version, err)
	}
	return data, nil
}

// Steps returns the steps of a run in the order of their places.
func (s Flows) Steps(ctx context.Context, run string) ([]FlowStep, error) {
	return list(ctx, s.db, "steps", func(rows *sql.Rows) (t FlowStep, err error) {
		err = rows.Scan(&t.Run, &t.Path, &t.Place, &t.Data, &t.Hidden)
		return t, err
	}, `SELECT run, path, place, data, hidden FROM flow_steps WHERE run = $1 ORDER BY place`, run)
}

// Actions returns what people did to a run, the oldest first.
func (s Flows) Actions(ctx context.Context, run string) ([]FlowAction, error) {
	return list(ctx, s.db, "actions", func(rows *sql.Rows) (a FlowAction, err error) {
		err = rows.Scan(&a.Run, &a.N, &a.Data)
		return a, err
	}, `SELECT run, n, data FROM flow_actions WHERE run = $1 ORDER BY n`, run)
}

// Log returns what a call has logged; it is empty if that is nothing.
func (s Flows) Log(ctx context.Context, run, path string, attempt int) (FlowLog, error) {
	l := FlowLog{Run: run, Path: path, Attempt: attempt}
	err := s.db.sql.QueryRowContext(ctx, `SELECT cut, text FROM flow_logs WHERE run = $1 AND path = $2 AND attempt = $3`,
		run, path, attempt).Scan(&l.Cut, &l.Text)
	if err != nil && err != sql.ErrNoRows {
		return l, fmt.Errorf("log of %s of run %s: %w", path, run, err)
	}
	return l, nil
}

// flowsAtOnce is how many runs one transaction forgets: with their steps and logs these
// are tens of milliseconds, for which all other writers wait.
const flowsAtOnce = 50

// Forget removes the runs that ended before a time and have been told, with the
// documents that no run needs any more, and tells how many runs.
func (s Flows) Forget(ctx context.Context, before time.Time) (total int64, err error) {
	for {
		n, err := s.forgetSome(ctx, before)
		if total += n; err != nil {
			return total, fmt.Errorf("forget runs from before %s: %w", before, err)
		}
		if n < flowsAtOnce {
			return total, nil
		}
	}
}

func (s Flows) forgetSome(ctx context.Context, before time.Time) (n int64, err error) {
	const some = `IN (SELECT id FROM flow_runs WHERE ended_ms > 0 AND ended_ms < $1 AND pending = 0 ORDER BY ended_ms, id LIMIT $2)`
	err = s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, where := range []string{`flow_logs WHERE run `, `flow_actions WHERE run `, `flow_steps WHERE run `, `flow_runs WHERE id `} {
			result, err := tx.ExecContext(ctx, `DELETE FROM `+where+some, before.UnixMilli(), flowsAtOnce)
			if err != nil {
				return err
			}
			if n, err = result.RowsAffected(); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM flow_documents WHERE NOT EXISTS (SELECT 1 FROM flow_runs WHERE flow_runs.version = flow_documents.version)`)
		return err
	})
	return n, err
}
