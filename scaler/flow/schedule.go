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
	if s.Inputs == nil {
		s.Inputs = map[string]any{}
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
	if err == nil {
		err = checkClock(c, e.now())
	}
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

// leastBetween is the shortest time from one start to the next.
const leastBetween = time.Minute

// checkClock tells what is wrong with times that can be read.
func checkClock(c clock, now time.Time) error {
	next := c.Next(now)
	switch {
	case next.IsZero():
		return errors.New("cron: there is no such time in the next five years")
	case c.Next(next).Sub(next) < leastBetween && !c.Next(next).IsZero():
		return fmt.Errorf("cron: want a minute or more from one start to the next, found %s", c.Next(next).Sub(next))
	}
	return nil
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
