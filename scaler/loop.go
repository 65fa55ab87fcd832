package scaler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/internal/watch"
	"headroom/scaler/allocate"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/storage"
	"headroom/storage/state"
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
	Policy    func() policy.Settings // of modules that no service is configured for
	Location  *time.Location         // of the times in what is kept
	Store     storage.Store          // of the series that are written; nil: none are
	Changes   Changes                // nil: decisions that the pool does not carry out are only shown
	Now       func() time.Time       // nil: time.Now

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Loop decides each minute.
type Loop struct {
	opts  Options
	stats *stats

	newest atomic.Pointer[Minute]

	mu       sync.Mutex // protects the fields below
	kept     *Minute    // the last one whose news are kept
	memories map[string]policy.Memory
	counts   map[string]map[policy.Direction]int // decisions since the start, by module
	begun    map[string]begun                    // the flows that carry decisions out, by module

	watchers watch.Watchers
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

// New returns a loop that has decided nothing yet.
func New(opts Options) *Loop {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Loop{
		opts: opts, stats: newStats(opts.Registerer), memories: map[string]policy.Memory{},
		counts: map[string]map[policy.Direction]int{}, begun: map[string]begun{},
	}
}

// Newest returns what was decided last; nil before the first minute.
func (l *Loop) Newest() *Minute { return l.newest.Load() }

// Subscribe returns a channel that gets a signal after each minute's decisions, and a
// function that ends it.
func (l *Loop) Subscribe() (<-chan struct{}, func()) { return l.watchers.Subscribe() }

// replaceEvery is how often workers are placed between two minutes: nodes come and
// go, and starts fail.
const replaceEvery = 5 * time.Second

// Run decides after each snapshot and places what nodes leave open, until ctx is done.
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
		case <-tick.C:
			if err := l.Place(ctx); err != nil && ctx.Err() == nil {
				l.opts.Logger.Error("cannot place workers", "err", err)
			}
		}
	}
}

// step decides for the newest snapshot unless that was done.
func (l *Loop) step(ctx context.Context) {
	s := l.opts.Snapshots.Snapshot()
	if s == nil {
		return
	}
	if last := l.newest.Load(); last != nil && s.At.Add(time.Minute).Equal(last.At) {
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
	standings := l.opts.Pool.Standings(now)
	decisions := l.evaluate(s, l.services(s, standings))
	plan := l.plan(l.opts.Pool.Input(now), decisions)
	err := l.change(ctx, decisions)
	plan.Decisions, plan.Memories = l.news(decisions), l.memoriesOf(standings)
	applied, failed := l.opts.Pool.Apply(ctx, now, plan)
	m := newMinute(s.At.Add(time.Minute), decisions)
	if failed == nil {
		l.kept = m
	}
	l.publishLocked(m)
	l.stats.minute(decisions, time.Since(began))
	l.stats.placed(plan.Result, applied)
	return errors.Join(err, failed, l.write(ctx, s, decisions))
}

// memoriesOf returns what the next decisions about services have to remember. l.mu
// must be held.
func (l *Loop) memoriesOf(standings []pool.Standing) map[string]policy.Memory {
	out := make(map[string]policy.Memory, len(standings))
	for _, st := range standings {
		out[st.Module] = l.memories[st.Module]
	}
	return out
}

// plan chooses where the workers run that were decided on, and tells the decisions
// what there was no room for.
func (l *Loop) plan(in allocate.Input, decisions []Decision) pool.Plan {
	at := make(map[string]*Decision, len(decisions))
	for i := range decisions {
		at[decisions[i].Module] = &decisions[i]
	}
	for i := range in.Services {
		if d := at[in.Services[i].Module]; d != nil && d.Applied {
			in.Services[i].Workers = d.Desired
		}
	}
	result := allocate.Plan(in)
	for _, short := range result.Shorts {
		if d := at[in.Services[short.Service].Module]; d != nil {
			d.Missing, d.Short = short.Missing, fmt.Sprintf("%d missing: %s", short.Missing, short.Reason)
		}
	}
	return pool.Plan{Input: in, Result: result}
}

// first says what need not wait for a minute to end: a service that nothing was
// decided about yet gets its minimum, and one that a person asked a number of workers
// for gets that number. l.mu must be held.
func (l *Loop) first(now time.Time) (out []Decision) {
	newest := l.newest.Load()
	for _, st := range l.opts.Pool.Standings(now) {
		if st.Mode != pool.Apply || st.Held != "" {
			continue
		}
		switch {
		case st.Manual > 0:
			out = append(out, at(st, bounded(st, st.Manual)))
		case newest.Of(st.Module) == nil:
			out = append(out, at(st, max(st.Current, bounded(st, st.Scheduled))))
		}
	}
	return out
}

// at is a decision for so many workers.
func at(st pool.Standing, workers int) Decision {
	return Decision{Module: st.Module, Applied: true, Decision: policy.Decision{Desired: workers}}
}

// bounded keeps a number within a service's own bounds.
func bounded(st pool.Standing, workers int) int {
	workers = max(workers, st.Policy.Minimum)
	if most := st.Policy.Maximum; most > 0 {
		workers = min(workers, most)
	}
	return workers
}

// Place lets the pool act between two minutes: it replaces what was lost and moves
// what has to go. Moves that are only for a better balance have their number a minute,
// and are made when the minute is decided.
func (l *Loop) Place(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.opts.Now()
	in := l.opts.Pool.Input(now)
	in.Limits.Moves = 0
	plan := l.plan(in, l.first(now))
	if len(plan.Result.Starts)+len(plan.Result.Stops) == 0 {
		l.stats.placed(plan.Result, pool.Applied{})
		return nil
	}
	applied, err := l.opts.Pool.Apply(ctx, now, plan)
	l.stats.placed(plan.Result, applied)
	return err
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
	l.watchers.Signal()
}

// news writes down the decisions that say something else than those that were kept
// before. l.mu must be held.
func (l *Loop) news(decisions []Decision) (out []state.PoolDecision) {
	for i := range decisions {
		d := &decisions[i]
		if !d.differs(l.kept.Of(d.Module)) {
			continue
		}
		data, err := json.Marshal(d.Record(l.opts.Location))
		if err != nil {
			panic("BUG: a decision cannot be written as JSON: " + err.Error())
		}
		out = append(out, state.PoolDecision{ID: d.ID, Module: d.Module, At: d.At, Direction: string(d.Direction), Data: data})
	}
	return out
}
