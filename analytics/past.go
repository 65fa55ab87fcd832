package analytics

import (
	"context"
	"fmt"
	"time"

	"headroom/analytics/season"
)

// At computes the table of a past minute from what is stored: the same
// arithmetic over the days before it. An empty model is the configured one. It
// reads the whole fleet's history, so one table is computed at a time; further callers
// wait for their turn.
func (l *Loop) At(ctx context.Context, t time.Time, model string) (*Snapshot, error) {
	if _, err := l.model().kindOf(model); err != nil {
		return nil, err
	}
	select {
	case l.past <- struct{}{}:
		defer func() { <-l.past }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another past table: %w", ctx.Err())
	}
	cal := season.NewCalendar(l.model().Location)
	minute := minuteStart(t)
	day, _ := cal.Split(minute)
	frame, err := l.reader.Frame(ctx, minute)
	if err != nil {
		return nil, err
	}
	if len(frame.Values) == 0 {
		return nil, fmt.Errorf("loads at %s: %w", t.Format(time.RFC3339), ErrNotKept)
	}
	past := &Loop{opts: l.opts, reader: l.reader, cal: cal, stats: l.stats, day: day, relearn: make(chan struct{}, 1)}
	past.settings.Store(l.model().asOf(t.Add(time.Minute)))
	g, days, err := past.learnDay(ctx, day, false)
	if err != nil {
		return nil, err
	}
	past.learned, past.today = g, days
	_, last := cal.Split(minute)
	for i, t := range days {
		if t == nil {
			days[i] = newToday(day)
			continue
		}
		t.forgetAfter(last, minute)
	}
	return past.judgeLocked(frame).Of(model) // nobody else knows past
}
