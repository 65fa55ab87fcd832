package flow

import (
	"context"
	"fmt"
	"time"

	"headroom/storage/audit"
)

// schedule starts what is due, until ctx is done.
func (e *Engine) schedule(ctx context.Context) {
	for ctx.Err() == nil {
		next, err := e.startDue(ctx)
		wait := time.Minute // a clock that is set is noticed
		if err != nil && ctx.Err() == nil {
			e.log.Error("schedules of flows were not looked at; it is tried again", "err", err)
		} else if !next.IsZero() {
			wait = min(wait, max(next.Sub(e.now()), 0))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-e.rescheduled:
		}
		timer.Stop()
	}
}

// startDue starts the schedules that are due, and tells when the next one is.
func (e *Engine) startDue(ctx context.Context) (next time.Time, err error) {
	e.scheduling.Lock()
	defer e.scheduling.Unlock()
	all, err := e.Schedules(ctx)
	if err != nil {
		return next, err
	}
	for _, s := range all {
		if !s.Paused && !s.Next.IsZero() && !s.Next.After(e.now()) {
			if s, err = e.fire(ctx, s); err != nil {
				return next, err
			}
		}
		if !s.Next.IsZero() && (next.IsZero() || s.Next.Before(next)) {
			next = s.Next
		}
	}
	return next, nil
}

// late is how long after its time a start still counts as on time.
const late = time.Minute

// fire starts the run that is due. Whether it did is kept with the schedule; a kill in
// between starts no second run, since the first has the words of its time.
func (e *Engine) fire(ctx context.Context, s Schedule) (Schedule, error) {
	clock, err := clockOf(s.Cron, s.Zone, e.o.Zone)
	if err != nil {
		s.Paused, s.Next, s.LastError = true, time.Time{}, err.Error()
		return s, e.keepSchedule(ctx, s)
	}
	due, missed := lastDue(clock, s.Next, e.now())
	s.Last, s.LastError = due, ""
	var module string
	switch why, err := e.hindered(ctx, s, due); {
	case err != nil:
		return s, err
	case why != "":
		s.LastError = why
	default:
		s, module = e.startScheduled(ctx, s, due)
	}
	if missed > 0 && s.LastError == "" {
		s.LastError = fmt.Sprintf("%d starts before this one were missed while the server was down", missed)
	}
	if s.LastError != "" {
		e.metrics.missed.Inc()
	}
	e.auditStart(ctx, s, module)
	s.Next = clock.Next(e.now())
	return s, e.keepSchedule(ctx, s)
}

// lastDue is the newest time that is due, and how many were before it.
func lastDue(c clock, first, now time.Time) (due time.Time, before int) {
	due = first
	for before < 10_000 {
		next := c.Next(due)
		if next.IsZero() || next.After(now) {
			break
		}
		due = next
		before++
	}
	return due, before
}

// hindered says why a run that is due is not started; empty: it is.
func (e *Engine) hindered(ctx context.Context, s Schedule, due time.Time) (string, error) {
	if !s.CatchUp && e.now().Sub(due) > late {
		return fmt.Sprintf("the start of %s was missed while the server was down, and is left out", due.Format(time.RFC3339)), nil
	}
	if s.Overlap {
		return "", nil
	}
	_, open, err := e.List(ctx, Query{Source: "schedule", SourceID: s.ID, Open: true, Limit: 1})
	if err == nil && open > 0 {
		return fmt.Sprintf("the start of %s is left out, since run %s is not over", due.Format(time.RFC3339), s.LastRun), nil
	}
	return "", err
}

// startScheduled starts the run, and returns the tree node that it is over.
func (e *Engine) startScheduled(ctx context.Context, s Schedule, due time.Time) (Schedule, string) {
	run, err := e.Start(ctx, Start{
		Flow: s.Flow, Inputs: s.Inputs, Who: s.Who, Why: s.Why, Window: s.Window, Source: Source{Kind: "schedule", ID: s.ID},
		Once: fmt.Sprintf("schedule %s of %d", s.ID, due.Unix()),
	})
	if err != nil {
		s.LastError = fmt.Sprintf("the start of %s has failed: %v", due.Format(time.RFC3339), err)
		return s, ""
	}
	s.LastRun = run.ID
	return s, run.Module
}

func (e *Engine) auditStart(ctx context.Context, s Schedule, module string) {
	if e.o.Audit == nil {
		return
	}
	entry := audit.Entry{
		At: e.now(), Who: s.Who, Action: "schedule.start", Object: s.ID, Path: module, Why: s.Why, Result: s.LastError,
		Detail: toJSON(map[string]string{"flow": s.Flow, "run": s.LastRun}),
	}
	if err := e.o.Audit.Add(ctx, entry); err != nil {
		e.log.Error("the start of a schedule was not audited", "schedule", s.ID, "err", err)
	}
}
