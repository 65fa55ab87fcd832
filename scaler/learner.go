package scaler

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"headroom/ingest/rollup"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/storage"
	"headroom/storage/fleet"
)

// LearnerOptions wire a [Learner].
type LearnerOptions struct {
	Store    storage.Store
	Tree     *fleet.Tree
	Location *time.Location
	// Modules lists who has to be learned, with the start-up time that is looked
	// ahead.
	Modules func() map[string]time.Duration
	Now     func() time.Time // nil: time.Now
	Logger  *slog.Logger
}

// Learner learns from the stored busy seconds of modules how many they will need. It
// is what [Options.Forecasts] wants.
type Learner struct {
	opts LearnerOptions
	anew chan struct{} // asks for learning all again, holds one request

	mu      sync.Mutex // protects learned and what it points to
	learned map[string]*lesson
}

// lesson is what is known of a module.
type lesson struct {
	profile *demand.Profile
	startup time.Duration
	at      time.Time // when it was learned
	recent  []float64 // busy seconds of the last minutes, oldest first
	newest  time.Time // end of the last of them
}

// NewLearner returns a learner that knows nothing yet.
func NewLearner(opts LearnerOptions) *Learner {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Learner{opts: opts, anew: make(chan struct{}, 1), learned: map[string]*lesson{}}
}

const (
	relearnAfter = 24 * time.Hour
	retryAfter   = time.Hour        // while there is too little history
	lookEvery    = 15 * time.Second // for modules that are new
)

// HistoryChanged asks for learning again, since minutes of the past were written.
func (l *Learner) HistoryChanged() {
	select {
	case l.anew <- struct{}{}:
	default:
	}
}

// Run learns what is new, each module once a day again, until ctx is done.
func (l *Learner) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var pace pace
	for asked := false; ; {
		began := time.Now()
		l.Learn(ctx, l.opts.Now())
		pace.spent(began, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-l.anew:
			asked = true
		case <-tick.C:
		}
		if asked && pace.may(time.Now()) {
			l.forgetWhen()
			asked = false
		}
	}
}

// pace keeps learning anew to a fifth of a core: samples that are late may change
// history each minute.
type pace struct{ rest time.Time }

func (p *pace) spent(from, to time.Time) {
	if until := to.Add(4 * to.Sub(from)); until.After(p.rest) {
		p.rest = until
	}
}

func (p *pace) may(now time.Time) bool { return !now.Before(p.rest) }

// forgetWhen makes all lessons old.
func (l *Learner) forgetWhen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, les := range l.learned {
		les.at = time.Time{}
	}
}

// Learn learns the modules that were not yet, or not since a day, and forgets those
// that are not asked for any more.
func (l *Learner) Learn(ctx context.Context, now time.Time) {
	modules := l.opts.Modules()
	due := l.due(modules, now)
	for i, module := range due {
		if ctx.Err() != nil {
			return
		}
		if err := l.learn(ctx, module, modules[module], now); err != nil {
			l.opts.Logger.Error("cannot learn how busy a module will be", "module", module, "left", len(due)-i, "err", err)
			return // the store fails: the next look tries again
		}
	}
}

// due lists who is to be learned.
func (l *Learner) due(modules map[string]time.Duration, now time.Time) (due []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for module := range l.learned {
		if _, wanted := modules[module]; !wanted {
			delete(l.learned, module)
		}
	}
	for module, startup := range modules {
		les := l.learned[module]
		if les == nil || les.old(startup, now) {
			due = append(due, module)
		}
	}
	return due
}

// old tells whether a module is to be learned again.
func (les *lesson) old(startup time.Duration, now time.Time) bool {
	if les.profile == nil || les.startup != startup || now.Before(les.at) {
		return true
	}
	keep := relearnAfter
	if !les.profile.Learned {
		keep = retryAfter
	}
	return now.Sub(les.at) >= keep
}

func (l *Learner) learn(ctx context.Context, module string, startup time.Duration, now time.Time) error {
	h, err := l.history(ctx, module, now)
	if err != nil {
		return fmt.Errorf("read its busy seconds: %w", err)
	}
	profile := demand.Learn(h, demand.Options{Startup: startup, Level: demand.DefaultLevel})
	l.mu.Lock()
	defer l.mu.Unlock()
	les := l.learned[module]
	if les == nil {
		les = &lesson{}
		l.learned[module] = les
	}
	les.profile, les.startup, les.at = profile, startup, now
	les.complete(h)
	return nil
}

// complete takes the last minutes that were not seen, as those before a start, from the
// store.
func (les *lesson) complete(h demand.History) {
	if les.newest.IsZero() {
		les.newest = h.End()
	}
	all := make([]float64, demand.Recent)
	for i := range all {
		back := demand.Recent - 1 - i // minutes before the newest
		all[i] = math.NaN()
		if at := len(les.recent) - 1 - back; at >= 0 {
			all[i] = les.recent[at]
		}
		at := len(h.Minutes) - 1 - back + int(les.newest.Sub(h.End())/time.Minute)
		if math.IsNaN(all[i]) && 0 <= at && at < len(h.Minutes) {
			all[i] = h.Minutes[at]
		}
	}
	les.recent = all
}

// history reads a module's busy seconds of the days that count, up to the last whole
// minute.
func (l *Learner) history(ctx context.Context, module string, now time.Time) (demand.History, error) {
	start := now.Add(-demand.MaximumDays * 24 * time.Hour).Truncate(time.Minute)
	h := demand.History{Start: start, Zone: l.opts.Location, Minutes: make([]float64, int(now.Sub(start)/time.Minute))}
	n := l.opts.Tree.Find(module)
	if n == nil {
		for i := range h.Minutes {
			h.Minutes[i] = math.NaN()
		}
		return h, nil
	}
	var err error
	h.Minutes, err = rollup.Minutes(ctx, l.opts.Store, n, l.opts.Tree.Levels(), rollup.BusySeconds, start, len(h.Minutes))
	return h, err
}

// Forecast says what is expected of a module at the end of a minute in which busy
// seconds of work were done.
func (l *Learner) Forecast(module string, at time.Time, busy float64, startup time.Duration) policy.Forecast {
	l.mu.Lock()
	defer l.mu.Unlock()
	les := l.learned[module]
	if les == nil {
		les = &lesson{startup: startup}
		l.learned[module] = les
	}
	les.add(at, busy)
	if les.profile == nil {
		nan := math.NaN()
		return policy.Forecast{Ahead: nan, AheadUpper: nan, Peak: nan, PeakUpper: nan, Reason: "its history is still being read"}
	}
	return les.profile.Forecast(at, les.recent)
}

// add appends the busy seconds of the minute that ends at a time; minutes that were
// left out are unknown.
func (les *lesson) add(at time.Time, busy float64) {
	gap := int(at.Sub(les.newest) / time.Minute)
	switch {
	case gap == 0:
		if last := len(les.recent) - 1; !math.IsNaN(busy) {
			les.recent[last] = busy // the store may not have had it yet
		}
		return
	case gap < -demand.Recent: // the clock was set back
		les.recent, gap = les.recent[:0], 1
	case gap < 0:
		return // known
	case gap > demand.Recent || les.newest.IsZero():
		les.recent = les.recent[:0]
		gap = 1
	}
	for ; gap > 1; gap-- {
		les.recent = append(les.recent, math.NaN())
	}
	les.recent = append(les.recent, busy)
	les.newest = at
	if n := len(les.recent) - demand.Recent; n > 0 {
		les.recent = append(les.recent[:0], les.recent[n:]...)
	}
}
