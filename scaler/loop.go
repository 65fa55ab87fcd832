package scaler

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/scaler/policy"
	"headroom/storage"
)

// Snapshots are the minutes that analytics publishes.
type Snapshots interface {
	Snapshot() *analytics.Snapshot
	Subscribe() (<-chan struct{}, func())
}

// Options wire a [Loop].
type Options struct {
	Snapshots Snapshots
	Pool      Pool
	Forecasts Forecasts
	Keeper    Keeper
	Store     storage.Store    // of the series that are written; nil: none are
	Now       func() time.Time // nil: time.Now

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Loop decides each minute.
type Loop struct {
	opts  Options
	stats *stats

	newest atomic.Pointer[Minute]

	mu       sync.Mutex // protects the fields below
	memories map[string]policy.Memory
	counts   map[string]map[policy.Direction]int // decisions since the start, by module
	watchers map[chan struct{}]struct{}
}

// Minute is what was decided in one minute. It is never changed.
type Minute struct {
	At        time.Time // its end
	Decisions []Decision
	byModule  map[string]int
}

// Of returns the decision about a module; nil if there is none.
func (m *Minute) Of(module string) *Decision {
	if m == nil {
		return nil
	}
	i, ok := m.byModule[module]
	if !ok {
		return nil
	}
	return &m.Decisions[i]
}

// New returns a loop that remembers what the last one left.
func New(ctx context.Context, opts Options) (*Loop, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	memories, err := opts.Keeper.Memories(ctx)
	if err != nil {
		return nil, fmt.Errorf("load what scaling decided last: %w", err)
	}
	if memories == nil {
		memories = map[string]policy.Memory{}
	}
	return &Loop{opts: opts, stats: newStats(opts.Registerer), memories: memories, counts: map[string]map[policy.Direction]int{}, watchers: map[chan struct{}]struct{}{}}, nil
}

// Newest returns what was decided last; nil before the first minute.
func (l *Loop) Newest() *Minute { return l.newest.Load() }

// Subscribe returns a channel that gets a signal after each minute's decisions, and a
// function that ends it.
func (l *Loop) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers[c] = struct{}{}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, c)
	}
}

// replaceEvery is how often the pool is looked at without a sign of a change: grace
// times run out silently.
const replaceEvery = 5 * time.Second

// Run decides after each snapshot and places whenever the pool changes, until ctx is
// done.
func (l *Loop) Run(ctx context.Context) error {
	published, end := l.opts.Snapshots.Subscribe()
	defer end()
	tick := time.NewTicker(replaceEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-published:
			l.step(ctx)
		case <-l.opts.Pool.Changed():
			l.place(ctx)
		case <-tick.C:
			l.place(ctx)
		}
	}
}

// step decides for the newest snapshot unless that was done.
func (l *Loop) step(ctx context.Context) {
	s := l.opts.Snapshots.Snapshot()
	if s == nil {
		return
	}
	if last := l.newest.Load(); last != nil && !s.At.Add(time.Minute).After(last.At) {
		return
	}
	if err := l.Evaluate(ctx, s); err != nil {
		l.opts.Logger.Error("the minute's scaling is not complete", "minute", s.At, "err", err)
	}
}

// Evaluate decides for all services in the minute of a snapshot, has the pool carry
// out what is applied, and keeps and writes what was decided. What can be done is
// done, whatever else fails.
func (l *Loop) Evaluate(ctx context.Context, s *analytics.Snapshot) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := time.Now()
	now := l.opts.Now()
	decisions := l.evaluate(s, l.opts.Pool.Scaled(now))
	errs := faults{}
	errs.add("tell the pool", l.opts.Pool.SetDesired(ctx, now, applied(decisions)))
	placed, err := l.opts.Pool.Place(ctx, now)
	errs.add("place workers", err)
	for i := range decisions {
		decisions[i].Short = placed.Short[decisions[i].Module]
	}
	before := l.newest.Load()
	l.publishLocked(newMinute(s.At.Add(time.Minute), decisions))
	l.stats.minute(decisions, placed, time.Since(began))
	errs.add("keep decisions", l.opts.Keeper.Keep(ctx, news(decisions, before), l.memories))
	errs.add("write series", l.write(ctx, s, decisions))
	return errs.err()
}

// place lets the pool act between two minutes.
func (l *Loop) place(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	placed, err := l.opts.Pool.Place(ctx, l.opts.Now())
	l.stats.placed(placed)
	if err != nil {
		l.opts.Logger.Error("cannot place workers", "err", err)
	}
}

func newMinute(at time.Time, decisions []Decision) *Minute {
	m := &Minute{At: at, Decisions: decisions, byModule: make(map[string]int, len(decisions))}
	for i, d := range decisions {
		m.byModule[d.Module] = i
	}
	return m
}

// publishLocked makes a minute the newest and tells the watchers. l.mu must be held.
func (l *Loop) publishLocked(m *Minute) {
	l.newest.Store(m)
	for c := range l.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// applied returns how many workers the services whose decisions are carried out shall have.
func applied(decisions []Decision) map[string]int {
	out := map[string]int{}
	for _, d := range decisions {
		if d.Applied {
			out[d.Module] = d.Desired
		}
	}
	return out
}

// news returns the decisions that say something else than those of the minute before.
func news(decisions []Decision, before *Minute) (out []Decision) {
	for _, d := range decisions {
		if d.differs(before.Of(d.Module)) {
			out = append(out, d)
		}
	}
	return out
}
