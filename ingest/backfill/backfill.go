// Package backfill rolls up what came too late for the live rollup: history
// that was imported in any order, samples that a sender held back, and the
// minutes that passed while Headroom was down.
//
// The live rollup reports each module and hour that got a late sample. Once no
// more come in, the raw samples of those hours are read from the store, rolled
// up with the same rules, and the minutes that differ from what is stored are
// written as corrections; then the inner nodes of the tree above them.
package backfill

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Options wire a Backfill.
type Options struct {
	Rollup rollup.Options // the same as the live rollup's
	Logger *slog.Logger

	// Quiet is for how long no late sample may come before the work starts;
	// after ten times that it starts anyway.
	Quiet time.Duration
	// Closed returns the newest closed minute: later ones are left alone.
	Closed func() int64
	// Taken is called before reported hours are worked on; samples that come
	// from then on must be reported again.
	Taken func()
	// Settle returns once the stores show what was written before, which an
	// outside store does some seconds later. It is nil for stores that show it
	// at once.
	Settle func(ctx context.Context) error
	// Done is called after a batch with the hours that it covered, Unix seconds.
	Done func(from, to int64)
}

// Backfill collects late hours and works them off. Its methods may be called
// from many goroutines.
type Backfill struct {
	opts  Options
	names []*rollup.Names // in the order of rollup.Suffixes
	raw   storage.Store   // holds the senders' samples
	store storage.Store   // takes the rolled-up series

	mu       sync.Mutex // protects the fields below
	late     map[*fleet.Node]hours
	first    time.Time // when the oldest unworked hour was reported
	newest   time.Time // when the newest was
	progress Progress
	revision int64
}

// hours is the hull of a module's late hours: [from, to) in Unix seconds.
type hours struct{ from, to int64 }

// Progress tells how far the running batch is; zero when there is none.
type Progress struct {
	Done, Total int // modules and tree nodes
	Waiting     int // modules with late hours that the batch does not cover
	Started     time.Time
}

// New returns a Backfill without work.
func New(opts Options) *Backfill {
	return &Backfill{opts: opts, names: rollup.AllNames(opts.Rollup.Tree.Levels()), late: map[*fleet.Node]hours{}}
}

// Attach says where the senders' samples are and where the rolled-up series go.
// It comes apart from New since a store that opens reports late samples already;
// it must be called before Run and Polled.
func (b *Backfill) Attach(raw, store storage.Store) { b.raw, b.store = raw, store }

// Late reports that a module got a sample of an hour (Unix seconds) that is
// closed. It never blocks for long.
func (b *Backfill) Late(module *fleet.Node, hour int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if len(b.late) == 0 {
		b.first = now
	}
	b.newest = now
	h, known := b.late[module]
	if !known {
		h = hours{from: hour, to: hour}
	}
	b.late[module] = hours{from: min(h.from, hour), to: max(h.to, hour+3600)}
}

// Progress returns how far the work is.
func (b *Backfill) Progress() Progress {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.progress
	p.Waiting = len(b.late)
	return p
}

// Run works until ctx is done. A batch that fails is logged and tried again.
func (b *Backfill) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if batch := b.take(now); batch != nil {
				b.settle(ctx)
				b.work(ctx, batch)
			}
		}
	}
}

// take returns the late hours if it is time to work on them.
func (b *Backfill) take(now time.Time) map[*fleet.Node]hours {
	b.mu.Lock()
	quiet := len(b.late) > 0 && (now.Sub(b.newest) >= b.opts.Quiet || now.Sub(b.first) >= 10*b.opts.Quiet)
	b.mu.Unlock()
	if !quiet {
		return nil
	}
	if b.opts.Taken != nil {
		b.opts.Taken()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	batch := b.late
	b.late = map[*fleet.Node]hours{}
	b.progress = Progress{Total: len(batch), Started: now}
	// A revision is a number of milliseconds inside the minute that it
	// corrects; the store shows the highest. It must not fall within three weeks.
	b.revision = max(b.revision+1, now.Unix()/30%59_000+1)
	return batch
}

func (b *Backfill) work(ctx context.Context, batch map[*fleet.Node]hours) {
	log := b.opts.Logger
	modules := slices.SortedFunc(maps.Keys(batch), func(x, y *fleet.Node) int { return strings.Compare(x.ID, y.ID) })
	hull, minutes := hours{from: 1<<62 - 1}, 0
	for _, m := range modules {
		h := b.clip(batch[m])
		n, err := b.module(ctx, m, h)
		if err != nil {
			if ctx.Err() == nil {
				log.Error("rolling up late samples failed, trying again", "module", m.ID, "err", err)
				b.Late(m, h.from)
				b.Late(m, h.to-3600)
			}
			continue
		}
		minutes += n
		hull = hours{from: min(hull.from, h.from), to: max(hull.to, h.to)}
		b.step(0)
	}
	if minutes > 0 {
		b.settle(ctx)
		if err := b.groups(ctx, modules, hull); err != nil && ctx.Err() == nil {
			log.Error("rolling up the tree failed; its inner nodes lack late samples until the next ones come", "err", err)
		}
	}
	log.Info("late samples rolled up", "modules", len(modules), "minutes", minutes,
		"from", time.Unix(hull.from, 0).UTC(), "to", time.Unix(hull.to, 0).UTC(), "took", time.Since(b.Progress().Started).Round(time.Millisecond))
	if minutes > 0 && b.opts.Done != nil {
		b.settle(ctx)
		b.opts.Done(hull.from, hull.to)
	}
	b.mu.Lock()
	b.progress = Progress{}
	b.mu.Unlock()
}

// settle waits until the stores show what was written. If they cannot tell,
// the work goes on: what it misses is missing, never wrong.
func (b *Backfill) settle(ctx context.Context) {
	if b.opts.Settle == nil {
		return
	}
	if err := b.opts.Settle(ctx); err != nil && ctx.Err() == nil {
		b.opts.Logger.Warn("the store cannot tell whether it shows what was written; minutes may lack samples until the next late ones come", "err", err)
	}
}

// step counts one piece of work as done and adds more to the total.
func (b *Backfill) step(more int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Total += more
	if more == 0 {
		b.progress.Done++
	}
}

// clip keeps the hours before the first open minute.
func (b *Backfill) clip(h hours) hours {
	h.to = min(h.to, b.opts.Closed()+60)
	h.from = min(h.from, h.to)
	return h
}
