package analytics

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"sync"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
)

// generation is what all nodes' histories say about one local day. Its nodes
// are only added to by learning; afterwards it is never changed.
type generation struct {
	day   int
	quick bool       // only the classic model has learned
	nodes []*learned // by fleet.Node.Index, nil for nodes without history
}

// of returns what is learned of a node; the zero value if nothing is.
func (g *generation) of(node int) *learned {
	if g == nil || node >= len(g.nodes) || g.nodes[node] == nil {
		return &nothing
	}
	return g.nodes[node]
}

var nothing learned

// learnAhead is how long before midnight the next day is learned, so that its
// first minutes have a table at once.
const learnAhead = 45 * time.Minute

// Learn reads the whole history and takes up the day of now.
func (l *Loop) Learn(ctx context.Context, now time.Time) error { return l.learn(ctx, now, false) }

// learn likewise; if it has to be quick, only the classic model learns.
func (l *Loop) learn(ctx context.Context, now time.Time, quick bool) error {
	cal := season.NewCalendar(l.model().Location)
	day, _ := cal.Split(now.Unix())
	g, days, err := l.learnDay(ctx, day, quick)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.day > day {
		return nil // midnight passed meanwhile, and asked for learning again
	}
	l.startDayLocked(day)
	l.learned = g
	for i, t := range days {
		for len(l.today) <= i {
			l.today = append(l.today, newToday(day))
		}
		if t != nil {
			l.today[i].adopt(t)
		}
	}
	return nil
}

// learnDay learns a day from the days before it, and returns with it the
// minutes of the day itself that the store has.
func (l *Loop) learnDay(ctx context.Context, day int, quick bool) (*generation, []*today, error) {
	began, m := time.Now(), l.model()
	g := &generation{day: day, quick: quick}
	var days []*today
	var mu sync.Mutex // protects g.nodes and days
	workers := cmp.Or(l.workers, runtime.GOMAXPROCS(0))
	work := make(chan *history, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for h := range work {
				index, k, t := h.node.Index, m.learn(h, day, quick), todayOf(h, day)
				if !quick {
					t.plan = m.planOf(h.node.Path, day)
					t.follow = m.follow(h.grid, day, &t.plan)
				}
				h.release()
				mu.Lock()
				g.nodes, days = putAt(g.nodes, index, k), putAt(days, index, t)
				mu.Unlock()
				l.stats.learnedNodes.Inc()
			}
		})
	}
	first := day - m.historyDays()
	var devices deviceDays
	var err error
	if !quick {
		devices, err = l.reader.Devices(ctx, first, day, everyNode(rollup.Devices)...)
	}
	if err == nil {
		err = l.reader.All(ctx, first, day, func(h *history) {
			h.devices = devices[h.node]
			work <- h
		})
	}
	close(work)
	wg.Wait()
	if err != nil {
		return nil, nil, err
	}
	l.stats.learnSeconds.Set(time.Since(began).Seconds())
	l.opts.Logger.Info("learned from history", "day", season.Date(day), "nodes", len(g.nodes), "took", time.Since(began).Round(time.Millisecond))
	return g, days, nil
}

func putAt[T any](s []*T, i int, v *T) []*T {
	for len(s) <= i {
		s = append(s, nil)
	}
	s[i] = v
	return s
}

// learnInBackground learns anew when history changed and, late in the evening,
// the next day ahead. A failure is logged and tried again a minute later.
func (l *Loop) learnInBackground(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-l.relearn:
			if err = l.relearnNow(ctx); err != nil {
				l.HistoryChanged()
			}
		case now := <-tick.C:
			err = l.learnNext(ctx, now)
		}
		if err != nil && ctx.Err() == nil {
			l.opts.Logger.Error("learning from history failed; the table goes on with what was learned before", "err", err)
			sleepUntil(ctx, time.Now().Add(time.Minute))
		}
	}
}

// relearnNow learns anew for the day of the current minute, which for the
// first seconds after midnight is still yesterday, and shows and stores that
// minute in the new light.
func (l *Loop) relearnNow(ctx context.Context) error {
	if err := l.Learn(ctx, l.Snapshot().At); err != nil {
		return err
	}
	if err := l.readAgain(ctx); err != nil {
		return err
	}
	if err := l.writer.rewrite(ctx, l.publishAgain()); err != nil {
		l.stats.writeErrors.Inc()
		return err
	}
	return nil
}

// readAgain reads the minute before the start while the one that was found in the store
// after it is still shown: what was in the log may have been rolled up only now.
func (l *Loop) readAgain(ctx context.Context) error {
	l.mu.Lock()
	shown, closed := l.frame, l.closed
	again := shown != nil && shown == l.stored
	l.mu.Unlock()
	if !again {
		return nil
	}
	frame, err := l.reader.FillIn(ctx, shown, closed)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.frame == shown {
		l.frame, l.stored = frame, frame
	}
	return nil
}

// learnNext learns tomorrow if now is late enough and it is not learned yet.
func (l *Loop) learnNext(ctx context.Context, now time.Time) error {
	cal := season.NewCalendar(l.model().Location)
	day, _ := cal.Split(now.Add(learnAhead).Unix())
	l.mu.Lock()
	due := day > l.day && (l.ready == nil || l.ready.day != day)
	l.mu.Unlock()
	if !due {
		return nil
	}
	g, days, err := l.learnDay(ctx, day, false)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready, l.readyDays = g, days
	return nil
}

// todayOf takes the minutes of a day from a node's history.
func todayOf(h *history, day int) *today {
	t := newToday(day)
	copy(t.minutes[:], h.grid.Day(day-h.grid.First))
	t.newest = h.newest
	return t
}

// adopt fills in the minutes that the store knows and the loop does not: those
// before the start, and those that were backfilled.
func (t *today) adopt(stored *today) {
	for i, v := range stored.minutes {
		if !math.IsNaN(v) { // corrections included
			t.minutes[i] = v
		}
	}
	t.newest = max(t.newest, stored.newest)
	t.day, t.follow, t.plan = stored.day, stored.follow, stored.plan
	t.rewind()
}
