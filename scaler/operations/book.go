package operations

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Limits of what is asked for and remembered, in days.
const (
	MaxDays   = 62
	UsualDays = 30 // that are shown unless others are asked for
)

// Options wire a [Book].
type Options struct {
	Source   Source
	Ledger   Ledger // nil: none
	Location *time.Location
	Now      func() time.Time
	Logger   *slog.Logger
}

// Book remembers what was counted. Its methods may be called from many goroutines.
type Book struct {
	Options
	counting sync.Mutex // held while a day is counted: two who ask wait for one count

	mu   sync.Mutex // protects days
	days map[int64]kept
}

// kept is a day with when it was counted.
type kept struct {
	*day
	at time.Time
}

// New returns a book that has counted nothing yet.
func New(o Options) *Book { return &Book{Options: o, days: map[int64]kept{}} }

// every is how often Run looks for days that are to be counted anew.
const every = time.Minute

// Run counts the usual days, the newest first, and counts them anew when they are due,
// until ctx is done: who asks need not wait.
func (b *Book) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := b.Refresh(ctx); err != nil && ctx.Err() == nil {
			b.Logger.Error("operations were not counted; trying again in a minute", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Refresh counts the usual days that are due.
func (b *Book) Refresh(ctx context.Context) error {
	today := b.midnight(b.Now())
	for n := range UsualDays + 1 {
		if _, err := b.day(ctx, today.AddDate(0, 0, -n)); err != nil {
			return err
		}
	}
	return nil
}

// midnight is the beginning of a time's day.
func (b *Book) midnight(t time.Time) time.Time {
	y, m, d := t.In(b.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, b.Location)
}

// day returns what happened on the day that begins at a time, counted anew if it is due.
func (b *Book) day(ctx context.Context, begin time.Time) (kept, error) {
	end := begin.AddDate(0, 0, 1)
	if d, ok := b.remembered(begin, end); ok {
		return d, nil
	}
	b.counting.Lock()
	defer b.counting.Unlock()
	if d, ok := b.remembered(begin, end); ok {
		return d, nil
	}
	now := b.Now()
	d, err := count(ctx, b.Source, b.Ledger, begin, end)
	if err != nil {
		return kept{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.days[begin.Unix()] = kept{d, now}
	b.forget()
	return kept{d, now}, nil
}

// remembered returns a day that is not due.
func (b *Book) remembered(begin, end time.Time) (kept, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, ok := b.days[begin.Unix()]
	return d, ok && b.Now().Sub(d.at) < freshFor(d.at.Sub(end))
}

// freshFor is how long what was counted so long after the end of its day counts.
func freshFor(after time.Duration) time.Duration {
	return min(max(every, after/4), 24*time.Hour)
}

// forget drops the oldest day if too many are remembered. b.mu must be held.
func (b *Book) forget() {
	if len(b.days) <= MaxDays+1 {
		return
	}
	oldest := int64(0)
	for begin := range b.days {
		if oldest == 0 || begin < oldest {
			oldest = begin
		}
	}
	delete(b.days, oldest)
}
