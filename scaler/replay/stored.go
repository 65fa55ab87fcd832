package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"headroom/ingest/rollup"
	"headroom/internal/faults"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Bounds of what is replayed at once.
const (
	MostDays     = 7
	MostPolicies = 3
)

// ErrBusy means that another replay is running.
var ErrBusy = errors.New("another replay is running; they are made one at a time")

// ErrNothing means that a store holds no busy seconds of the days that are asked for.
var ErrNothing = errors.New("no busy seconds are stored")

// Stored replays what a server's own store holds.
type Stored struct {
	Store    storage.Store
	Tree     *fleet.Tree
	Location *time.Location

	running sync.Mutex
}

// Query asks for a module's recorded days under some policies, of which the first one is
// what the others are held against.
type Query struct {
	Module   string
	From, To time.Time // whole minutes
	Policies []policy.Settings
}

// Side is one policy on the recorded days.
type Side struct {
	*Comparison
	Settings policy.Settings
	// AboveFirst are the minutes above the target of the first policy: policies with
	// targets of their own compare by them.
	AboveFirst int
	Curve      Curve
}

// Validate reports everything that cannot be replayed.
func (q Query) Validate() error {
	var bad faults.List
	if q.Module == "" {
		bad.Add("module", "want the id of a module, found none")
	}
	if length := q.To.Sub(q.From); length < time.Minute || length > MostDays*25*time.Hour { // a day has up to 25 hours
		bad.Add("days", "want recorded days, 1 to %d, found %s to %s", MostDays, q.From.Format(time.RFC3339), q.To.Format(time.RFC3339))
	}
	if n := len(q.Policies); n < 1 || n > MostPolicies {
		bad.Add("policies", "want 1 to %d, found %d", MostPolicies, n)
	}
	for i, p := range q.Policies {
		for _, f := range p.Faults() {
			bad.Add(fmt.Sprintf("policies[%d].%s", i, f.Key), "%s", f.Problem)
		}
	}
	return bad.Err()
}

// Run replays the days, one policy after the other. While another replay is under way it
// returns [ErrBusy].
func (s *Stored) Run(ctx context.Context, q Query) ([]Side, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if !s.running.TryLock() {
		return nil, ErrBusy
	}
	defer s.running.Unlock()
	series, err := s.read(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.Module, err)
	}
	sides := make([]Side, len(q.Policies))
	for i, p := range q.Policies {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if sides[i], err = sideOf(series, p, q); err != nil {
			return nil, err
		}
	}
	return sides, nil
}

// Margin is what a static fleet sized for the known peak adds to it.
const Margin = 0.2

func sideOf(s Series, p policy.Settings, q Query) (side Side, err error) {
	side.Settings = p
	minutes := int(q.To.Sub(q.From) / time.Minute)
	side.Curve = newCurve(q.From, minutes)
	first := len(s.Busy) - minutes
	watch := func(i int, seen Seen) {
		side.Curve.add(i-first, seen)
		if above(seen, q.Policies[0].Target) {
			side.AboveFirst++
		}
	}
	side.Comparison, err = Compare(s, Options{Policy: p, Level: demand.DefaultLevel, Margin: Margin, First: q.From, Watch: watch})
	return side, err
}

// read reads the days, with those before them that are learned from.
func (s *Stored) read(ctx context.Context, q Query) (Series, error) {
	out := Series{Name: q.Module, Zone: s.Location, Start: q.From.AddDate(0, 0, -demand.MaximumDays)}
	n := s.Tree.Find(q.Module)
	if n == nil || !n.Module {
		return out, ErrNothing
	}
	count := int(q.To.Sub(out.Start) / time.Minute)
	var err error
	if out.Busy, err = rollup.Minutes(ctx, s.Store, n, s.Tree.Levels(), rollup.BusySeconds, out.Start, count); err != nil {
		return out, fmt.Errorf("read its busy seconds: %w", err)
	}
	if out.Ran, err = rollup.Minutes(ctx, s.Store, n, s.Tree.Levels(), rollup.Processes, out.Start, count); err != nil {
		return out, fmt.Errorf("read its processes: %w", err)
	}
	if days := out.Busy[count-int(q.To.Sub(q.From)/time.Minute):]; measured(days) == 0 {
		return out, fmt.Errorf("%w between %s and %s", ErrNothing, q.From.In(s.Location).Format("2006-01-02 15:04"), q.To.In(s.Location).Format("2006-01-02 15:04"))
	}
	return out, nil
}
