package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

const (
	// replayDays is how many days are replayed: an order of 30 days that the first
	// of them made is over.
	replayDays = 35
	// replayBase is how many days before a day its history must reach.
	replayBase = 14
	// naiveDays is how many days before the first one are scored, too, so that
	// there are naive forecasts to compare with.
	naiveDays = 37
	// replayNodes is the most nodes of a fleet whose days are replayed.
	replayNodes = 1000
	// replayShare is for how long of a minute days are replayed; one that has begun
	// is finished.
	replayShare = 20 * time.Second
)

// Past computes what would have been said on days that are over.
type Past interface {
	Replay(ctx context.Context, day int, r analytics.Replay) error
}

// HistoryChanged has the ledger look for days on which nothing was written down
// though there is history now. It may be called from any goroutine.
func (l *Ledger) HistoryChanged() { l.changed.Store(true) }

// replaySome replays days that lack forecasts, oldest first, for a part of the
// minute.
func (l *Ledger) replaySome(ctx context.Context, s *analytics.Snapshot) error {
	if l.Past == nil || l.Busy() || len(s.Nodes()) > replayNodes {
		return nil
	}
	today, _ := season.NewCalendar(l.Location).Split(s.At.Unix())
	if l.changed.Swap(false) || l.looked != today {
		found, err := l.unwritten(ctx, today)
		if err != nil {
			l.changed.Store(true)
			return err
		}
		l.lacking, l.looked = found, today
	}
	for began := time.Now(); len(l.lacking) > 0 && time.Since(began) < replayShare; {
		day := l.lacking[0]
		l.tried[day] = today
		if err := l.replay(ctx, day); err != nil {
			l.giveUp(today)
			return fmt.Errorf("replay %s, tried again tomorrow: %w", season.Date(day), err)
		}
		if l.lacking = l.lacking[1:]; len(l.lacking) == 0 {
			l.Logger.Info("replayed days on which no forecasts were written down", "last", season.Date(day))
		}
	}
	return nil
}

// giveUp leaves the days alone until tomorrow: a store that takes no old samples
// is not to cost a day's learning each minute.
func (l *Ledger) giveUp(today int) {
	for _, day := range l.lacking {
		l.tried[day] = today
	}
	l.lacking = nil
}

// unwritten returns the days before today that have no forecasts but the history
// to make them from, or forecasts that were never scored, and in front of them
// those that they are compared with.
func (l *Ledger) unwritten(ctx context.Context, today int) (lacking []int, err error) {
	for day := today - replayDays; day < today; day++ {
		if l.tried[day] == today { // nothing could be said, or it is there
			continue
		}
		lacks, err := l.lacks(ctx, day, today)
		if err != nil {
			return nil, err
		}
		if lacks {
			lacking = append(lacking, day)
		}
	}
	if len(lacking) == 0 {
		return nil, nil
	}
	var all []int
	for day := lacking[0] - naiveDays; day < lacking[0]; day++ {
		if l.tried[day] != today {
			all = append(all, day)
		}
	}
	return append(all, lacking...), nil
}

// lacks tells whether something is to be done about a day. Of yesterday what was
// said is scored by [Ledger.Observe], once what came late is there.
func (l *Ledger) lacks(ctx context.Context, day, today int) (bool, error) {
	said, err := l.saidOn(ctx, day)
	if err != nil {
		return false, err
	}
	if said {
		scored, err := l.isScored(ctx, day)
		return !scored && day < today-1, err
	}
	return l.sayable(ctx, day)
}

// sayable tells whether a day has loads, and history enough before it.
func (l *Ledger) sayable(ctx context.Context, day int) (bool, error) {
	for _, d := range []int{day, day - replayBase} {
		if there, err := l.loadsOn(ctx, d); err != nil || !there {
			return false, err
		}
	}
	return true, nil
}

// saidOn tells whether any forecast of a day's peak was written down on it.
func (l *Ledger) saidOn(ctx context.Context, day int) (bool, error) {
	cal := season.NewCalendar(l.Location)
	return l.said(ctx, Peak, time.Unix(cal.Start(day), 0), time.Unix(cal.Start(day+1)-60, 0))
}

// loadsOn tells whether any load was measured around noon of a day.
func (l *Ledger) loadsOn(ctx context.Context, day int) (bool, error) {
	noon := season.NewCalendar(l.Location).At(day, minutesPerDay/2) * 1000
	return l.any(ctx, noon-storedReach, noon+storedReach, storage.Metric(rollup.ModulePrefix+rollup.LoadPercent))
}

// storedReach is how far apart the samples of coarse history may be.
const storedReach = 30 * 60_000

// replay writes down what would have been said on a day, and scores it; a day
// whose forecasts are there, or cannot be made, or that is too long ago, is only
// scored, once.
func (l *Ledger) replay(ctx context.Context, day int) error {
	said, err := l.saidOn(ctx, day)
	if err != nil {
		return err
	}
	today, _ := season.NewCalendar(l.Location).Split(l.Snapshots.Snapshot().At.Unix())
	say := !said && day >= today-replayDays
	if say {
		if say, err = l.sayable(ctx, day); err != nil {
			return err
		}
	}
	if say {
		if err := l.sayAgain(ctx, day); err != nil {
			return err
		}
	} else if scored, err := l.isScored(ctx, day); scored || err != nil {
		return err
	}
	_, err = l.score(ctx, day)
	return err
}

// sayAgain writes down what would have been said on a day: the bands as they
// come, then the tables' forecasts in one, by which the day counts as written.
func (l *Ledger) sayAgain(ctx context.Context, day int) error {
	var bands, tables rows
	var names [len(analytics.Leads)][3]*rollup.Names
	for k, lead := range analytics.Leads {
		names[k] = l.bounds(replayed, Band, lead.Name)
	}
	err := l.Past.Replay(ctx, day, analytics.Replay{
		Minutes: dueMinutes(),
		Table: func(s *analytics.Snapshot) error {
			l.tables(&tables, s)
			return nil
		},
		Turn: turn,
		Ahead: func(n *fleet.Node, minute int64, lead int, band analytics.Interval) error {
			bands.interval(names[lead], n, minute*1000, band)
			if len(bands) < rowsAtOnce {
				return nil
			}
			defer func() { bands = bands[:0] }()
			return bands.write(ctx, l.Store)
		},
	})
	if err != nil {
		return err
	}
	if err := bands.write(ctx, l.Store); err != nil {
		return fmt.Errorf("write replayed bands: %w", err)
	}
	if err := tables.write(ctx, l.Store); err != nil {
		return fmt.Errorf("write replayed forecasts: %w", err)
	}
	return nil
}

// rowsAtOnce is how many rows of bands are collected before they are written.
const rowsAtOnce = 20_000

// tables appends what a replayed table says at its hour.
func (l *Ledger) tables(r *rows, s *analytics.Snapshot) {
	if s.At.In(l.Location).Hour() != growthHour {
		l.peaks(r, replayed, s)
		return
	}
	l.growth(r, replayed, s)
	l.orders(r, replayed, s)
}

// dueMinutes are the minutes of a day at which something is written down.
func dueMinutes() []int {
	minutes := []int{60 * growthHour}
	for _, hour := range peakHours {
		minutes = append(minutes, 60*hour)
	}
	slices.Sort(minutes)
	return minutes
}
