package analytics

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/internal/watch"
)

// Loop judges every node each minute and publishes the result.
type Loop struct {
	opts   Options
	reader reader
	cal    *season.Calendar // l.mu protects it
	writer *writer
	stats  *stats
	sparks sparkCache

	workers int // that learn at once; 0: one a processor

	current  atomic.Pointer[Snapshot]
	settings atomic.Pointer[Model]

	mu        sync.Mutex    // protects the fields below
	frame     *rollup.Frame // of the current snapshot
	stored    *rollup.Frame // the one that was read from the store after the start
	closed    int64         // the minute before the first open one after the start
	learned   *generation
	ready     *generation // learned ahead for the next day
	readyDays []*today    // likewise
	today     []*today    // by fleet.Node.Index
	day       int         // that today is about

	watchers watch.Watchers

	relearn chan struct{} // asks for learning anew, holds one request
	past    chan struct{} // holds a token while a past table is computed
}

// NewLoop returns a loop that has learned nothing yet.
func NewLoop(opts Options) *Loop {
	l := &Loop{
		opts:    opts,
		reader:  reader{store: opts.Store, tree: opts.Tree, loc: opts.Model.Location},
		cal:     season.NewCalendar(opts.Model.Location),
		writer:  newWriter(opts),
		stats:   newStats(opts.Registerer),
		relearn: make(chan struct{}, 1),
		past:    make(chan struct{}, 1),
	}
	l.settings.Store(&opts.Model)
	return l
}

func (l *Loop) model() *Model { return l.settings.Load() }

// SetModel changes what the table is computed with, from the next learning on,
// which it asks for. The location must stay.
func (l *Loop) SetModel(m Model) {
	l.settings.Store(&m)
	l.HistoryChanged()
}

// Snapshot returns the newest snapshot, nil before the first.
func (l *Loop) Snapshot() *Snapshot { return l.current.Load() }

// Subscribe returns a channel that gets a signal after each new snapshot, and a
// function that ends it. A slow reader misses signals, never snapshots.
func (l *Loop) Subscribe() (<-chan struct{}, func()) { return l.watchers.Subscribe() }

// HistoryChanged asks the loop to learn anew, since minutes of the past were
// written or corrected. Many calls in a row cost one learning.
func (l *Loop) HistoryChanged() {
	select {
	case l.relearn <- struct{}{}:
	default:
	}
}

// Run learns from the store, publishes a first snapshot, then one for each
// minute until ctx is done.
func (l *Loop) Run(ctx context.Context) error {
	closed := l.openMinute(time.Now()) - 60
	if err := l.first(ctx, closed); err != nil {
		return fmt.Errorf("first table: %w", err)
	}
	var background sync.WaitGroup
	defer background.Wait() // the store may be closed once Run has returned
	background.Go(func() { l.learnInBackground(ctx) })
	for {
		minute := nextMinute(closed, l.openMinute(time.Now()))
		if !sleepUntil(ctx, time.Unix(minute+60, 0).Add(l.opts.Grace)) {
			return nil
		}
		l.Evaluate(ctx, minute)
		closed = minute
	}
}

// openMinute returns the minute that still takes samples, at most l.opts.Grace
// after its end.
func (l *Loop) openMinute(now time.Time) int64 { return minuteStart(now.Add(-l.opts.Grace)) }

// nextMinute returns the minute to close after one that is closed. If the loop
// was held up, it catches up with the one before the open one; the rollup does
// not hold older ones.
func nextMinute(closed, open int64) int64 { return max(closed+60, open-60) }

// quickAbove is the number of nodes from which on the first table is the classic
// one, which is learned several times as fast.
const quickAbove = 300

// first learns and publishes the table of the newest minute that was stored before the
// start, up to one, so that a restart shows what was known and not an empty page.
func (l *Loop) first(ctx context.Context, minute int64) error {
	frame, err := l.reader.Latest(ctx, minute)
	if err != nil {
		return err
	}
	quick := len(frame.Values) > quickAbove
	if err := l.learn(ctx, time.Unix(frame.Minute, 0), quick); err != nil {
		return err
	}
	if quick {
		l.HistoryChanged()
	}
	l.mu.Lock()
	l.stored, l.closed = frame, minute
	l.mu.Unlock()
	l.publish(frame)
	return nil
}

func minuteStart(t time.Time) int64 { return t.Unix() - t.Unix()%60 }

func sleepUntil(ctx context.Context, t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Evaluate closes a minute (its start in Unix seconds), judges it, publishes the
// snapshot and writes its series.
func (l *Loop) Evaluate(ctx context.Context, minute int64) {
	began := time.Now()
	if l.opts.Feed != nil {
		if err := l.opts.Feed.Feed(ctx, minute); err != nil {
			l.stats.feedErrors.Inc()
			l.opts.Logger.Warn("asking for the minute's signals failed; its loads are unknown", "minute", time.Unix(minute, 0).UTC(), "err", err)
		}
	}
	frame := l.opts.Rollup.Close(minute)
	snap := l.publish(frame)
	l.stats.published(snap, time.Since(began))
	if err := l.writer.write(ctx, snap, frame); err != nil {
		l.stats.writeErrors.Inc()
		l.opts.Logger.Error("writing the minute's series failed; it is shown, but not kept", "minute", snap.At, "err", err)
	}
}
