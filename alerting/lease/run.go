package lease

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Open opens a lease, or returns the open one of the same run. The error is a
// [faults.List] of the request, [ErrRun] or [ErrTooMany].
func (s *Leases) Open(ctx context.Context, now time.Time, r Request) (Lease, error) {
	d, err := r.read(s.opts.Defaults())
	if err != nil {
		return Lease{}, err
	}
	l := &d.Lease
	if r.Expected == nil {
		if err := s.learn(ctx, l); err != nil {
			return Lease{}, err
		}
	}
	now = now.UTC().Truncate(time.Millisecond)
	l.ID, l.Started, l.Heartbeat, l.Until = strings.ToLower(rand.Text()[:12]), now, now, now.Add(d.limit)
	s.saving.Lock()
	defer s.saving.Unlock()
	if have, err := s.sameRun(l, now); have.ID != "" || err != nil {
		return have, err
	}
	v := newLive(*l, d.scope, s.opts.Location)
	if err := s.keep(ctx, []*live{v}, nil); err != nil {
		return Lease{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLocked(v)
	s.opts.Logger.Info("a change has begun", "lease", l.ID, "change", l.Name(), "nodes", len(l.Nodes), "paths", l.Paths, "effect", l.Effect, "expected", l.Expected)
	return v.summary(), nil
}

// sameRun returns the open lease of the run of l, empty if there is none.
func (s *Leases) sameRun(l *Lease, now time.Time) (Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= MaxLive {
		return Lease{}, ErrTooMany
	}
	for _, v := range s.live {
		if v.expire(now); l.Run == "" || v.Run != l.Run || !v.Open() {
			continue
		}
		if v.Kind != l.Kind || !reflect.DeepEqual([][]string{v.Nodes, v.Paths, v.Effect}, [][]string{l.Nodes, l.Paths, l.Effect}) {
			return Lease{}, fmt.Errorf("run %q, lease %s: %w", l.Run, v.ID, ErrRun)
		}
		return v.summary(), nil
	}
	return Lease{}, nil
}

func (s *Leases) learn(ctx context.Context, l *Lease) error {
	rows, err := s.opts.Store.OfKind(ctx, l.Kind, learnFrom)
	if err != nil {
		return err
	}
	past, err := decodeAll(rows)
	l.expect(past, s.opts.Defaults())
	return err
}

// Beat says that a run goes on. The error is [ErrNoLease], or [ErrOver] if the
// lease has ended.
func (s *Leases) Beat(ctx context.Context, now time.Time, id string) (Lease, error) {
	return s.change(ctx, now, id, func(v *live, now time.Time) error {
		if !v.Open() {
			return fmt.Errorf("lease %q: %w: %s (%s)", id, ErrOver, v.How, v.Result)
		}
		if now.After(v.Heartbeat) {
			v.Heartbeat = now
		}
		return nil
	})
}

// End ends a lease with its run; how is one of [Hows]. One that has ended already
// stays as it is.
func (s *Leases) End(ctx context.Context, now time.Time, id, how, result string) (Lease, error) {
	return s.change(ctx, now, id, func(v *live, now time.Time) error {
		if v.Open() {
			v.Ended, v.How, v.Result = now, how, result
		}
		return nil
	})
}

// change changes a live lease and keeps it before it returns.
func (s *Leases) change(ctx context.Context, now time.Time, id string, do func(v *live, now time.Time) error) (Lease, error) {
	now = now.UTC().Truncate(time.Millisecond)
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mu.Lock()
	v := s.live[id]
	if v == nil {
		s.mu.Unlock()
		l, err := s.load(ctx, id)
		if err != nil {
			return l, err
		}
		return l, do(&live{Lease: l}, now)
	}
	v.expire(now)
	before := v.Lease
	err := do(v, now)
	s.mu.Unlock()
	if err != nil {
		return Lease{}, err
	}
	if err := s.keep(ctx, []*live{v}, nil); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		v.Heartbeat, v.Ended, v.How, v.Result = before.Heartbeat, before.Ended, before.How, before.Result
		return Lease{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return v.summary(), nil
}
