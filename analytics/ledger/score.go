package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"headroom/analytics"
	"headroom/analytics/growth"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// scoreUntil scores the days up to last that are not scored yet.
func (l *Ledger) scoreUntil(ctx context.Context, last int) error {
	began := time.Now()
	defer func() { l.seconds.Set(time.Since(began).Seconds()) }()
	for day := max(l.scored+1, last-catchUp+1); day <= last; day++ {
		done, err := l.isScored(ctx, day)
		if err != nil {
			return err
		}
		if !done {
			if done, err = l.score(ctx, day); err != nil {
				return fmt.Errorf("score %s: %w", season.Date(day), err)
			}
		}
		if done && day == last {
			l.scored = last
			l.Logger.Info("scored the forecasts about yesterday", "day", season.Date(day), "took", time.Since(began).Round(time.Millisecond))
		}
	}
	return nil
}

// closing is the minute with which a day ends, in Unix milliseconds: what is
// known of a day only then is written there.
func (l *Ledger) closing(day int) int64 {
	return (season.NewCalendar(l.Location).Start(day+1) - 60) * 1000
}

// isScored tells whether a day's peaks have been written already.
func (l *Ledger) isScored(ctx context.Context, day int) (found bool, err error) {
	at := l.closing(day)
	q := storage.Query{Matchers: []storage.Matcher{storage.Metric(rollup.ModulePrefix + dayPeak)}, Range: storage.TimeRange{From: at, To: at + 59_999}}
	err = l.Store.Select(ctx, q, func(*storage.Block) error {
		found = true
		return nil
	})
	return found, err
}

// score writes what came of a day, and how far off the forecasts about it were;
// false if nothing is known of the day.
func (l *Ledger) score(ctx context.Context, day int) (known bool, err error) {
	var r rows
	if err := l.truth(ctx, &r, day); err != nil || len(r) == 0 {
		return false, err
	}
	if err := r.write(ctx, l.Store); err != nil {
		return false, fmt.Errorf("write what came: %w", err)
	}
	entries, err := l.Entries(ctx, Query{Groups: true, From: day, To: day})
	if err != nil {
		return false, err
	}
	r = r[:0]
	at := l.closing(day)
	for i := range entries {
		e := &entries[i]
		if n := l.Tree.Find(e.ID); n != nil && e.Task != Band {
			horizon := e.Horizon
			if e.Task == Peak {
				horizon = "today_" + e.Horizon
			}
			r.add(l.named(errorRatio, storage.Label{Name: "horizon", Value: horizon}), n, at, float64(e.Error))
		}
	}
	if err := r.write(ctx, l.Store); err != nil {
		return false, fmt.Errorf("write errors: %w", err)
	}
	return true, nil
}

// came is what is known of a node's day.
type came struct {
	load, lower, upper, devices []float64 // by minute; NaN unknown
}

// truth appends a day's peaks, devices and coverage of the band.
func (l *Ledger) truth(ctx context.Context, r *rows, day int) error {
	for _, prefix := range []string{rollup.ModulePrefix, rollup.GroupPrefix} {
		nodes := map[*fleet.Node]*came{}
		for suffix, of := range map[string]func(*came) *[]float64{
			rollup.LoadPercent: func(c *came) *[]float64 { return &c.load },
			rollup.Devices:     func(c *came) *[]float64 { return &c.devices },
			"load_lower":       func(c *came) *[]float64 { return &c.lower },
			"load_upper":       func(c *came) *[]float64 { return &c.upper },
		} {
			if err := l.minutes(ctx, prefix+suffix, day, nodes, of); err != nil {
				return err
			}
		}
		for _, n := range l.Tree.Nodes() {
			if c := nodes[n]; c != nil {
				l.close(r, n, day, c)
			}
		}
	}
	return nil
}

// minutes reads a day of a metric of all nodes.
func (l *Ledger) minutes(ctx context.Context, metric string, day int, nodes map[*fleet.Node]*came, of func(*came) *[]float64) error {
	cal := season.NewCalendar(l.Location)
	q := storage.Query{Matchers: []storage.Matcher{storage.Metric(metric)}, Range: storage.TimeRange{From: cal.Start(day) * 1000, To: cal.Start(day+1)*1000 - 1}}
	err := l.Store.Select(ctx, q, func(b *storage.Block) error {
		n := l.node(b.Labels)
		if n == nil {
			return nil
		}
		if nodes[n] == nil {
			nodes[n] = &came{}
		}
		minutes := of(nodes[n])
		if *minutes == nil {
			*minutes = season.NewGrid(day, 1, season.MinutesPerDay).Values
		}
		for i, ts := range b.Timestamps {
			_, minute := cal.Split(ts / 1000)
			(*minutes)[minute] = b.Values[i]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", metric, err)
	}
	return nil
}

// node returns the node whose labels these are, nil if the tree has none.
func (l *Ledger) node(labels []storage.Label) *fleet.Node {
	var path fleet.Path
	for _, level := range l.Tree.Levels() {
		name := storage.Value(labels, level)
		if name == "" {
			break
		}
		path = append(path, name)
	}
	return l.Tree.Find(path.ID())
}

// close appends what came of one node's day.
func (l *Ledger) close(r *rows, n *fleet.Node, day int, c *came) {
	at := l.closing(day)
	inside, judged := 0.0, 0.0
	for i := range min(len(c.load), len(c.lower), len(c.upper)) {
		if v := c.load[i]; v == v && c.lower[i] == c.lower[i] && c.upper[i] == c.upper[i] {
			judged++
			if c.lower[i] <= v && v <= c.upper[i] {
				inside++
			}
		}
	}
	if judged > 0 {
		r.add(l.named(bandCoverage), n, at, inside/judged)
	}
	if devices, known := season.Mean(c.devices); known > 0 {
		r.add(l.named(dayDevices), n, at, devices)
	}
	if c.load != nil {
		season.FillCoarse(c.load)
		five := make([]float64, season.SlotsPerDay)
		season.FiveMinuteMeans(five, c.load)
		r.add(l.named(dayPeak), n, at, season.Peak(five, growth.FullShare))
	}
}

// judge fills in how right an entry was, from the daily peaks.
func (e *Entry) judge(level float64) {
	e.Error, e.NaiveError, e.Score = analytics.Unknown(), analytics.Unknown(), analytics.Unknown()
	if !e.Actual.Known() || !e.Forecast.Known() || e.Actual == 0 {
		return
	}
	e.Error = e.Forecast/e.Actual - 1
	if e.Naive.Known() {
		e.NaiveError = e.Naive/e.Actual - 1
	}
	if !e.Lower.Known() || !e.Upper.Known() {
		return
	}
	in := e.Lower <= e.Actual && e.Actual <= e.Upper
	e.Inside = &in
	miss := math.Max(0, math.Max(float64(e.Lower-e.Actual), float64(e.Actual-e.Upper)))
	e.Score = e.Upper - e.Lower + analytics.Number(2/(1-level)*miss)
}
