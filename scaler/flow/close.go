package flow

import (
	"context"
	"errors"
	"time"

	"headroom/alerting/lease"
	"headroom/storage/state"
)

// close gives back what a run holds whose end is on the disk, and tells of it.
func (a *actor) close(ctx context.Context) {
	e, r := a.e, &a.m.run
	if a.claim != nil {
		e.gate.leave(a.claim, e.now())
	}
	e.mu.Lock()
	delete(e.actors, r.ID)
	delete(e.leases, r.ID)
	e.mu.Unlock()
	e.metrics.ended(r)
	a.read() // orders that came too late
	for _, f := range a.after {
		f()
	}
	if !r.Dry {
		run := a.snapshot()
		if a.m.hidden.Actions > 0 {
			if done, err := actions(ctx, e.o.DB.Flows(), r.ID); err == nil { // otherwise the engine ends
				run.Actions = done
			}
		}
		e.tell(ctx, runRow(r, a.m.hidden), run, a.m.hidden.Leases)
	}
}

// tellAgain tells of the end of a run that a former server may not have told of.
func (e *Engine) tellAgain(ctx context.Context, row state.FlowRun) {
	_, hidden, err := runOf(row)
	run, wrong := e.Get(ctx, row.ID)
	if err = errors.Join(err, wrong); err != nil {
		e.log.Error("the end of a run cannot be told", "run", row.ID, "err", err)
		return
	}
	e.tell(ctx, row, run, hidden.Leases)
}

// tell ends the leases of a run that is over and calls the hook, and writes down that
// this is done. If the engine ends meanwhile the next one does it again.
func (e *Engine) tell(ctx context.Context, row state.FlowRun, run Run, leases []string) {
	how := map[State]string{Done: lease.Done, Failed: lease.Failed, Canceled: lease.Cancelled}[run.State]
	for _, id := range leases {
		e.endLease(ctx, run, id, how)
	}
	if e.o.Ended != nil && ctx.Err() == nil {
		e.o.Ended(ctx, run)
	}
	if ctx.Err() != nil {
		return
	}
	row.Pending, row.Hidden = false, nil
	if err := e.writer.write(state.FlowChange{Runs: []state.FlowRun{row}}); err != nil {
		e.metrics.failures.Inc()
		e.log.Error("it was not written down that the end of a run was told: it is told again after a restart", "run", run.ID, "err", err)
	}
}

func (e *Engine) endLease(ctx context.Context, run Run, id, how string) {
	if e.o.Leases == nil {
		return
	}
	result := run.Reason
	if result == "" {
		result = string(run.State)
	}
	if _, err := e.o.Leases.End(ctx, e.now(), id, how, result); err != nil {
		e.log.Error("the mute lease of a run that is over was not ended; it ends by itself", "run", run.ID, "lease", id, "err", err)
	}
}

// defaultTTL is that of the leases which tools open.
const defaultTTL = 3 * time.Minute

// beat tells of all leases that their runs are alive, until ctx is done.
func (e *Engine) beat(ctx context.Context) {
	if e.o.Leases == nil {
		return
	}
	ttl := e.o.LeaseTTL
	if ttl <= 0 {
		ttl = defaultTTL
	}
	ticker := time.NewTicker(ttl / 3)
	defer ticker.Stop()
	for {
		e.beatAll(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (e *Engine) beatAll(ctx context.Context) {
	e.mu.Lock()
	all := map[string]string{} // runs by their leases
	for run, ids := range e.leases {
		for _, id := range ids {
			all[id] = run
		}
	}
	e.mu.Unlock()
	for id, run := range all {
		_, err := e.o.Leases.Beat(ctx, e.now(), id)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, lease.ErrOver), errors.Is(err, lease.ErrNoLease): // a step may have ended it
			e.forgetLease(run, id)
		case err != nil:
			e.log.Error("the mute lease of a run was not beaten; it is tried again", "run", run, "lease", id, "err", err)
		}
	}
}

func (e *Engine) forgetLease(run, id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var left []string
	for _, l := range e.leases[run] {
		if l != id {
			left = append(left, l)
		}
	}
	e.leases[run] = left
}
