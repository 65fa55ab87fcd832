package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// Replay is what to compute of a day that is over.
type Replay struct {
	Minutes []int // of the day, increasing, whose tables are asked for
	Table   func(*Snapshot) error

	Turn  func(n *fleet.Node, minute int64) bool // whether a node's bands ahead are asked for, at a minute in Unix seconds
	Ahead func(n *fleet.Node, minute int64, lead int, band Interval) error
}

// Replay goes through a day that is over as if it came only now: the day is
// learned from the days before it, and each of its minutes is judged from those
// before. What the store has of the day is taken as it is today, corrections and
// late samples included, and so are the settings; of marks and choices those count
// that were there when the day began. It takes one core.
func (l *Loop) Replay(ctx context.Context, day int, r Replay) error {
	select {
	case l.past <- struct{}{}:
		defer func() { <-l.past }()
	case <-ctx.Done():
		return fmt.Errorf("wait for another past table: %w", ctx.Err())
	}
	past := &Loop{
		opts: l.opts, reader: l.reader, cal: season.NewCalendar(l.model().Location), stats: newStats(nil), day: day,
		relearn: make(chan struct{}, 1), workers: 1,
	}
	past.opts.Logger = slog.New(slog.DiscardHandler)
	past.settings.Store(l.model().asOf(time.Unix(past.cal.Start(day), 0))) // marks and choices that were there already
	g, stored, err := past.learnDay(ctx, day, false)
	if err != nil {
		return fmt.Errorf("learn %s: %w", season.Date(day), err)
	}
	past.learned = g
	for _, s := range stored {
		t := newToday(day)
		if s != nil {
			t.follow, t.plan = s.follow, s.plan
		}
		past.today = append(past.today, t)
	}
	return past.replay(ctx, stored, r)
}

// replay goes through the minutes that are stored. Nobody else knows l.
func (l *Loop) replay(ctx context.Context, stored []*today, r Replay) error {
	start, end := l.cal.Start(l.day), l.cal.Start(l.day+1)
	of, err := l.model().kindOf("")
	if err != nil {
		return err
	}
	for at := start; at < end && ctx.Err() == nil; at += 60 {
		_, minute := l.cal.Split(at)
		l.take(stored, minute, at)
		if len(r.Minutes) > 0 && minute >= r.Minutes[0] {
			r.Minutes = r.Minutes[1:]
			frame, err := l.reader.Frame(ctx, at)
			if err != nil {
				return err
			}
			if err := r.Table(l.judgeLocked(frame)); err != nil {
				return err
			}
		}
		if err := l.lookAhead(of, minute, at, r); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take lets a minute of the day come.
func (l *Loop) take(stored []*today, minute int, at int64) {
	for i, s := range stored {
		if s != nil && !math.IsNaN(s.minutes[minute]) {
			l.today[i].put(minute, at, s.minutes[minute])
		}
	}
}

// lookAhead passes on the bands of the nodes whose turn it is, which by now may
// learn from the minute.
func (l *Loop) lookAhead(of kind, minute int, at int64, r Replay) error {
	leads := leadSlots(l.cal, at)
	for _, n := range l.opts.Tree.Nodes()[:min(len(l.today), len(l.opts.Tree.Nodes()))] {
		if !r.Turn(n, at) {
			continue
		}
		t := l.today[n.Index]
		t.catchUp(minute + 1)
		for k, slot := range leads {
			b := of.ahead(l.learned.of(n.Index), t, band.Lead(k), slot)
			if err := r.Ahead(n, at, k, interval(b.Expected, b.Lower, b.Upper)); err != nil {
				return err
			}
		}
	}
	return nil
}
