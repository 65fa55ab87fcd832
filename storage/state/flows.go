package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNoFlowRun means that no run of a flow has the id that was asked for.
var ErrNoFlowRun = errors.New("no such run")

// FlowRun is how a run is kept, without its steps.
type FlowRun struct {
	ID, Flow, Version string
	Module            string
	Nodes             []string
	State             string
	Pending           bool // it is open, or its end is still to be told
	Source, SourceID  string
	Once              string // of all runs, one at most has these words, unless they are empty
	Words             string // to be searched, in lower case
	Created, Ended    time.Time
	Data              []byte // what is shown of it, as JSON
	Hidden            []byte // what is not shown
}

// FlowStep is how a step of a run is kept.
type FlowStep struct {
	Run, Path    string
	Place        string // orders the steps of a run
	Data, Hidden []byte
}

// FlowAction is what a person did to a run.
type FlowAction struct {
	Run  string
	N    int // orders them
	Data []byte
}

// FlowLog is what a call of a tool has logged.
type FlowLog struct {
	Run, Path string
	Attempt   int
	Cut       int64 // bytes that are missing at the beginning
	Text      string
}

// FlowChange is what changes at once. Rows that are there are replaced.
type FlowChange struct {
	Documents []PoolRow // by their version; one that is there stays as it is
	Runs      []FlowRun
	Steps     []FlowStep
	Actions   []FlowAction
	Logs      []FlowLog
	Bare      []string // runs whose steps lose what is not shown
}

// Flows are the runs of flows, and their schedules.
type Flows struct{ db *DB }

// Flows gives access to the runs of flows.
func (db *DB) Flows() Flows { return Flows{db} }

// Save makes changes, all of them or, with an error, nothing.
func (s Flows) Save(ctx context.Context, changes ...FlowChange) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		w := flowWriter{ctx: ctx, tx: tx, ready: map[string]*sql.Stmt{}}
		defer w.close()
		for _, c := range changes {
			w.change(c)
		}
		return w.err
	})
	if err != nil {
		return fmt.Errorf("keep %d changes of runs: %w", len(changes), err)
	}
	return nil
}

// flowWriter writes rows until the first error.
type flowWriter struct {
	ctx   context.Context
	tx    *sql.Tx
	ready map[string]*sql.Stmt // by their text
	err   error
}

func (w *flowWriter) close() {
	for _, s := range w.ready {
		_ = s.Close()
	}
}

func (w *flowWriter) exec(text string, args ...any) {
	if w.err != nil {
		return
	}
	s := w.ready[text]
	if s == nil {
		if s, w.err = w.tx.PrepareContext(w.ctx, text); w.err != nil {
			return
		}
		w.ready[text] = s
	}
	_, w.err = s.ExecContext(w.ctx, args...)
}

func (w *flowWriter) change(c FlowChange) {
	for _, d := range c.Documents {
		w.exec(`INSERT INTO flow_documents (version, data) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING`, d.ID, string(d.Data))
	}
	for _, r := range c.Runs {
		w.run(r)
	}
	for _, t := range c.Steps {
		w.exec(`INSERT INTO flow_steps (run, path, place, data, hidden) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (run, path) DO UPDATE SET data = excluded.data, hidden = excluded.hidden`,
			t.Run, t.Path, t.Place, string(t.Data), string(t.Hidden))
	}
	for _, a := range c.Actions {
		w.exec(`INSERT INTO flow_actions (run, n, data) VALUES ($1, $2, $3) ON CONFLICT (run, n) DO UPDATE SET data = excluded.data`,
			a.Run, a.N, string(a.Data))
	}
	for _, l := range c.Logs {
		w.exec(`INSERT INTO flow_logs (run, path, attempt, cut, text) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (run, path, attempt) DO UPDATE SET cut = excluded.cut, text = excluded.text`,
			l.Run, l.Path, l.Attempt, l.Cut, l.Text)
	}
	for _, id := range c.Bare {
		w.exec(`UPDATE flow_steps SET hidden = '' WHERE run = $1 AND hidden <> ''`, id)
	}
}

func (w *flowWriter) run(r FlowRun) {
	w.exec(`INSERT INTO flow_runs (id, flow, version, module, nodes, state, pending, source, source_id, once, words, created_ms, ended_ms, data, hidden)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, pending = excluded.pending, ended_ms = excluded.ended_ms,
			data = excluded.data, hidden = excluded.hidden`,
		r.ID, r.Flow, r.Version, r.Module, lines(r.Nodes), r.State, flag(r.Pending), r.Source, r.SourceID, r.Once, r.Words,
		r.Created.UnixMilli(), milliOrZero(r.Ended), string(r.Data), string(r.Hidden))
}

// lines puts each word between two line feeds, so that it can be searched as a whole.
func lines(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "\n" + strings.Join(words, "\n") + "\n"
}
