package flow

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/scaler/flow/document"
	"headroom/storage/audit"
	"headroom/storage/state"
)

// Schedules returns the schedules, by flow and id.
func (e *Engine) Schedules(ctx context.Context) ([]Schedule, error) {
	rows, err := e.o.DB.Flows().Schedules(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Schedule, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Data, &all[i]); err != nil {
			return nil, fmt.Errorf("schedule %s: %w", row.ID, err)
		}
	}
	slices.SortStableFunc(all, func(a, b Schedule) int { return strings.Compare(a.Flow, b.Flow) })
	return all, nil
}

// PutSchedule makes a schedule, or changes the one of its id. The error tells all faults.
// Its first start is the next one that is due from now on; one that is put again with
// the same times stays due when it was. An id that begins with
// [Configured] need not be there yet.
func (e *Engine) PutSchedule(ctx context.Context, s Schedule) (Schedule, error) {
	clock, err := e.checkSchedule(s)
	if err != nil {
		return Schedule{}, wrong(err)
	}
	e.scheduling.Lock()
	defer e.scheduling.Unlock()
	all, err := e.Schedules(ctx)
	if err != nil {
		return Schedule{}, err
	}
	i := slices.IndexFunc(all, func(old Schedule) bool { return old.ID == s.ID })
	switch {
	case i < 0 && strings.HasPrefix(s.ID, Configured):
		s.Created = e.now()
		s.Last, s.LastRun, s.LastError = time.Time{}, "", ""
	case s.ID != "" && i < 0:
		return Schedule{}, fmt.Errorf("%w: %q", ErrNoSchedule, s.ID)
	case s.ID == "" && len(all) >= maxSchedules:
		return Schedule{}, fmt.Errorf("%w: there are %d schedules, which is the most", ErrFull, len(all))
	case s.ID == "":
		s.ID, s.Created = strings.ToLower(rand.Text()[:12]), e.now()
		s.Last, s.LastRun, s.LastError = time.Time{}, "", ""
	default:
		s.Created, s.Last, s.LastRun, s.LastError = all[i].Created, all[i].Last, all[i].LastRun, all[i].LastError
	}
	s.Next = clock.Next(e.now())
	if i >= 0 && all[i].Cron == s.Cron && all[i].Zone == s.Zone && !all[i].Next.IsZero() {
		s.Next = all[i].Next // may have been missed
	}
	if s.Paused {
		s.Next = time.Time{}
	}
	return s, e.keepSchedule(ctx, s)
}

// Configured is what the ids of schedules begin with that the configuration has.
const Configured = "config-"

// maxSchedules bounds how many there are.
const maxSchedules = 1000

// checkSchedule reads a schedule's times, and finds its faults.
func (e *Engine) checkSchedule(s Schedule) (clock, error) {
	c, err := clockOf(s.Cron, s.Zone, e.o.Zone)
	errs := []error{err}
	p := e.program(s.Flow)
	if p == nil {
		return nil, errors.Join(fmt.Errorf("%w: %q", ErrNoFlow, s.Flow), err)
	}
	_, err = p.Flow().Check(s.Inputs)
	errs = append(errs, err)
	if s.Window != "" && e.window(s.Window) == nil {
		errs = append(errs, fmt.Errorf("window %q: there is no such maintenance window", s.Window))
	}
	if secrets := slices.ContainsFunc(p.Flow().Inputs, func(in document.Input) bool { return in.Secret && s.Inputs[in.Name] != nil }); secrets {
		errs = append(errs, errors.New("inputs: a schedule cannot keep a secret; have the flow read it where it is kept"))
	}
	return c, errors.Join(errs...)
}

// clock tells when something is due.
type clock interface{ Next(time.Time) time.Time }

func (e *Engine) keepSchedule(ctx context.Context, s Schedule) error {
	err := e.o.DB.Flows().PutSchedule(ctx, state.PoolRow{ID: s.ID, Data: toJSON(s)})
	select {
	case e.rescheduled <- struct{}{}:
	default:
	}
	return err
}

// DeleteSchedule removes a schedule. The error is [ErrNoSchedule] if there is none.
func (e *Engine) DeleteSchedule(ctx context.Context, id string) error {
	e.scheduling.Lock()
	defer e.scheduling.Unlock()
	err := e.o.DB.Flows().DeleteSchedule(ctx, id)
	if errors.Is(err, state.ErrNoFlowSchedule) {
		return fmt.Errorf("%w: %q", ErrNoSchedule, id)
	}
	return err
}

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
		if !s.Paused && !s.Next.After(e.now()) {
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
	switch why, err := e.hindered(ctx, s, due); {
	case err != nil:
		return s, err
	case why != "":
		s.LastError = why
	default:
		s = e.startScheduled(ctx, s, due)
	}
	if missed > 0 && s.LastError == "" {
		s.LastError = fmt.Sprintf("%d starts before this one were missed while the server was down", missed)
	}
	if s.LastError != "" {
		e.metrics.missed.Inc()
	}
	e.auditStart(ctx, s)
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

func (e *Engine) startScheduled(ctx context.Context, s Schedule, due time.Time) Schedule {
	run, err := e.Start(ctx, Start{
		Flow: s.Flow, Inputs: s.Inputs, Who: s.Who, Why: s.Why, Window: s.Window, Source: Source{Kind: "schedule", ID: s.ID},
		Once: fmt.Sprintf("schedule %s of %d", s.ID, due.Unix()),
	})
	if err != nil {
		s.LastError = fmt.Sprintf("the start of %s has failed: %v", due.Format(time.RFC3339), err)
		return s
	}
	s.LastRun = run.ID
	return s
}

func (e *Engine) auditStart(ctx context.Context, s Schedule) {
	if e.o.Audit == nil {
		return
	}
	entry := audit.Entry{
		At: e.now(), Who: s.Who, Action: "schedule.start", Object: s.ID, Why: s.Why, Result: s.LastError,
		Detail: toJSON(map[string]string{"flow": s.Flow, "run": s.LastRun}),
	}
	if err := e.o.Audit.Add(ctx, entry); err != nil {
		e.log.Error("the start of a schedule was not audited", "schedule", s.ID, "err", err)
	}
}
