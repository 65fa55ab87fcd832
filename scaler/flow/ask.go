package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"headroom/storage/state"
)

// Order does what a person asks of a run. The error is [ErrNoRun], [ErrNoStep],
// [ErrConflict], or says what is wrong with the order. What it returns is on the disk.
func (e *Engine) Order(ctx context.Context, o Order) (Run, error) {
	if err := checkTexts(map[string]string{"who": o.Who, "why": o.Why}); err != nil {
		return Run{}, wrong(err)
	}
	e.mu.Lock()
	a := e.actors[o.Run]
	e.mu.Unlock()
	if a == nil {
		run, err := e.Get(ctx, o.Run)
		if err == nil {
			err = fmt.Errorf("%w: the run is over: %s", ErrConflict, run.State)
		}
		return run, err
	}
	answer := make(chan error, 1)
	a.post(func() { a.obey(o, answer) })
	select {
	case err := <-answer:
		if err != nil {
			return Run{}, err
		}
		return e.Get(ctx, o.Run)
	case <-a.done:
		select {
		case err := <-answer:
			if err != nil {
				return Run{}, err
			}
			return e.Get(ctx, o.Run)
		default:
		}
		if a.fault {
			return Run{}, fmt.Errorf("%w: a fault of Headroom stopped the run; the server's log tells which. It goes on when the server starts anew", ErrConflict)
		}
		return Run{}, fmt.Errorf("%w: the run has just ended", ErrConflict)
	case <-ctx.Done():
		return Run{}, ctx.Err()
	}
}

// obey does what a person asks, and answers once that is on the disk.
func (a *actor) obey(o Order, answer chan<- error) {
	may := a.e.o.MayApprove
	if may == nil {
		may = func(who string, asked []string) bool { return slices.Contains(asked, who) }
	}
	if err := a.m.obey(o, may, a.e.now()); err != nil {
		answer <- wrong(err)
		return
	}
	a.change.Actions = append(a.change.Actions, state.FlowAction{Run: o.Run, N: a.m.hidden.Actions, Data: toJSON(a.m.action(o))})
	a.after = append(a.after, func() { answer <- nil })
}

// Get returns a run. The error is [ErrNoRun] if there is none.
func (e *Engine) Get(ctx context.Context, id string) (Run, error) {
	db := e.o.DB.Flows()
	row, err := db.Run(ctx, id)
	if errors.Is(err, state.ErrNoFlowRun) {
		return Run{}, fmt.Errorf("%w: %q", ErrNoRun, id)
	}
	if err != nil {
		return Run{}, err
	}
	run, _, _, err := load(ctx, e.o.DB, row)
	if err != nil {
		return Run{}, fmt.Errorf("run %s: %w", id, err)
	}
	run.Actions, err = actions(ctx, db, id)
	return run, err
}

// List returns runs without their documents, steps and actions, the newest first, and
// how many there are whatever the limit.
func (e *Engine) List(ctx context.Context, q Query) ([]Run, int, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	sq := state.FlowRunQuery{
		Flow: q.Flow, State: string(q.State), Module: q.Module, Node: q.Node, Open: q.Open, Source: q.Source, SourceID: q.SourceID,
		From: q.From, To: q.To, Text: q.Text, Limit: q.Limit, Offset: q.Offset,
	}
	rows, err := e.o.DB.Flows().Runs(ctx, sq)
	if err != nil {
		return nil, 0, err
	}
	n, err := e.o.DB.Flows().CountRuns(ctx, sq)
	if err != nil {
		return nil, 0, err
	}
	all := make([]Run, len(rows))
	for i, row := range rows {
		if all[i], _, err = runOf(row); err != nil {
			return nil, 0, fmt.Errorf("run %s: %w", row.ID, err)
		}
	}
	return all, n, nil
}

// Log returns what an attempt of a step has logged so far; attempt 0 is the newest one.
func (e *Engine) Log(ctx context.Context, run, step string, attempt int) (Log, error) {
	r, err := e.Get(ctx, run)
	if err != nil {
		return Log{}, err
	}
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Path == step })
	if i < 0 {
		return Log{}, fmt.Errorf("%w: %q", ErrNoStep, step)
	}
	if n := len(r.Steps[i].Attempts); attempt == 0 && n > 0 {
		attempt = r.Steps[i].Attempts[n-1].N
	}
	e.mu.Lock()
	a := e.actors[run]
	e.mu.Unlock()
	if a != nil {
		if text, cut, ok := a.liveLog(logName{step, attempt}); ok {
			return Log{run, step, attempt, text, cut}, nil
		}
	}
	l, err := e.o.DB.Flows().Log(ctx, run, step, attempt)
	return Log{run, step, attempt, l.Text, l.Cut}, err
}

// Forget removes the runs that ended before a time, and tells how many.
func (e *Engine) Forget(ctx context.Context, before time.Time) (int64, error) {
	return e.o.DB.Flows().Forget(ctx, before)
}
