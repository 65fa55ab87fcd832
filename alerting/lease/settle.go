package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/storage/fleet"
	"headroom/storage/state"
)

// overdue is after how long the summary is made although a hidden alarm has not
// come by: it is told as firing.
const overdue = time.Minute

// settle makes the summary of a lease that is over. s.mu must be held.
func (s *Leases) settle(v *live, now time.Time) {
	if v.hides(now) || !v.Settled.IsZero() {
		return
	}
	if len(v.inside) > 0 && now.Before(v.over().Add(overdue)) {
		return
	}
	last := v.summary()
	v.Fires, v.Firing = last.Fires, last.Firing
	clear(v.inside)
	v.Settled = now.UTC().Truncate(time.Millisecond)
	v.dirty = true
	s.metrics.ended.WithLabelValues(v.How).Inc()
	log := s.opts.Logger.Info
	if (v.How == Died || v.How == Overran) && v.Fires > 0 {
		log = s.opts.Logger.Warn
	}
	log("a change is over", "lease", v.ID, "change", v.Name(), "how", v.How, "result", v.Result,
		"lasted", v.Ended.Sub(v.Started).String(), "hidden", v.Hidden, "firing", v.Fires, "over", v.Over)
}

// KeepFor is how long leases are kept after they began.
const KeepFor = 90 * 24 * time.Hour

// Serve writes down what the stage found, makes marks and forgets what is old,
// until ctx is done.
func (s *Leases) Serve(ctx context.Context) error {
	flush, forget := time.NewTicker(time.Second), time.NewTicker(time.Hour)
	defer flush.Stop()
	defer forget.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.Flush(context.WithoutCancel(ctx))
		case <-flush.C:
			if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
				s.metrics.failed.Inc()
				s.opts.Logger.Error("leases could not be kept; trying again", "err", err)
			}
		case now := <-forget.C:
			if _, err := s.opts.Store.Forget(ctx, now.Add(-KeepFor)); err != nil && ctx.Err() == nil {
				s.opts.Logger.Error("old leases could not be forgotten; trying again in an hour", "err", err)
			}
		}
	}
}

// Flush writes down what the stage found since the last time, and makes the marks
// of leases that are over. A kill before it loses the count of alarms that were
// hidden and ended since. It is not called twice at a time.
func (s *Leases) Flush(ctx context.Context) error {
	settled, err := s.flush(ctx)
	if err != nil {
		return err
	}
	for _, v := range settled { // whoever beats need not wait for this
		if err := s.mark(ctx, v); err != nil {
			s.opts.Logger.Error("a change could not be marked, so that its load is learned from", "lease", v.ID, "err", err)
		}
	}
	return s.close(ctx, settled)
}

// atOnce is how many hidden alarms are written at once: the pipeline's own writing
// waits for about 10 µs each.
const atOnce = 2000

// flush writes what changed, and returns the leases that have their summary.
func (s *Leases) flush(ctx context.Context) (settled []*live, err error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mu.Lock()
	rows := s.rows
	s.rows = nil
	var changed []*live
	for _, v := range s.live {
		if v.dirty {
			changed = append(changed, v)
			v.dirty = false
		}
		if !v.Settled.IsZero() {
			settled = append(settled, v)
		}
	}
	s.mu.Unlock()
	for len(rows) > atOnce && err == nil {
		if err = s.keep(ctx, nil, rows[:atOnce]); err == nil {
			rows = rows[atOnce:]
		}
	}
	if err == nil {
		err = s.keep(ctx, changed, rows)
	}
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.rows = append(rows, s.rows...)
		for _, v := range changed {
			v.dirty = true
		}
		return nil, err
	}
	return settled, nil
}

// close leaves leases that are over to the store.
func (s *Leases) close(ctx context.Context, settled []*live) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	var errs []error
	for _, v := range settled {
		s.mu.Lock()
		s.removeLocked(v)
		s.mu.Unlock()
		if err := s.keep(ctx, []*live{v}, nil); err != nil {
			errs = append(errs, err)
			s.mu.Lock()
			s.addLocked(v)
			s.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// mark has nothing learned of the interval of a change: of the paths that it
// names, in whole minutes.
func (s *Leases) mark(ctx context.Context, v *live) error {
	if s.opts.Marker == nil || v.Marked || v.Ended.Sub(v.Started) < s.opts.Defaults().MarkAfter {
		return nil
	}
	var errs []error
	for _, path := range v.paths {
		_, err := s.opts.Marker.Add(ctx, fleet.Mark{
			Path: path, From: v.Started.Truncate(time.Minute), To: v.Ended.Add(time.Minute - 1).Truncate(time.Minute),
			Kind: "change", Note: fmt.Sprintf("%s, %s (lease %s)", v.Name(), v.How, v.ID), Who: v.Who,
		})
		errs = append(errs, err)
	}
	s.mu.Lock()
	v.Marked = len(v.paths) > 0
	s.mu.Unlock()
	return errors.Join(errs...)
}

// keep writes leases and hidden alarms. s.saving must be held.
func (s *Leases) keep(ctx context.Context, leases []*live, rows []state.LeaseAlarm) error {
	if len(leases)+len(rows) == 0 {
		return nil
	}
	s.mu.Lock()
	kept := make([]state.Lease, len(leases))
	for i, v := range leases {
		data, err := json.Marshal(v.Lease)
		if err != nil {
			s.mu.Unlock()
			return fmt.Errorf("write lease %q as JSON: %w", v.ID, err)
		}
		live := s.live[v.ID] == v || v.Settled.IsZero()
		kept[i] = state.Lease{ID: v.ID, Kind: v.Kind, Started: v.Started, Pending: live, Data: data}
	}
	s.mu.Unlock()
	return s.opts.Store.Save(ctx, kept, rows)
}
