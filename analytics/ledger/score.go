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

// isScored tells whether all about a day has been written already.
func (l *Ledger) isScored(ctx context.Context, day int) (bool, error) {
	return l.any(ctx, l.closing(day), l.closing(day)+59_999, storage.Metric(dayScored))
}

// score writes what came of a day, and how far off the forecasts about it were;
// false if nothing is known of the day. That it is done is written last: a day
// that was interrupted is scored once more.
func (l *Ledger) score(ctx context.Context, day int) (known bool, err error) {
	var r rows
	fresh, err := l.truth(ctx, &r, day)
	if err != nil || len(r) == 0 {
		return false, err
	}
	entries, err := l.entries(ctx, Query{Groups: true, From: day, To: day}, fresh)
	if err != nil {
		return false, err
	}
	l.errors(&r, entries, day)
	if err := r.write(ctx, l.Store); err != nil {
		return false, fmt.Errorf("write what came and errors: %w", err)
	}
	done := rows{{Labels: []storage.Label{{Name: storage.MetricName, Value: dayScored}}, Samples: []storage.Sample{{Timestamp: l.closing(day), Value: 1}}}}
	if err := done.write(ctx, l.Store); err != nil {
		return false, fmt.Errorf("write that the day is done: %w", err)
	}
	return true, nil
}

// errors appends how far off forecasts about a day were.
func (l *Ledger) errors(r *rows, entries []Entry, day int) {
	for i := range entries {
		e := &entries[i]
		if n := l.Tree.Find(e.ID); n != nil && e.Task != Band {
			horizon := e.Horizon
			switch e.Task {
			case Peak:
				horizon = "today_" + e.Horizon
			case Order: // whose 30d is not that of a peak
				horizon = "order_" + e.Horizon
			}
			r.add(l.named(how(e.Replayed), errorRatio, storage.Label{Name: "horizon", Value: horizon}), n, l.closing(day), float64(e.Error))
		}
	}
}

// came is what is known of a node's day.
type came struct {
	load, lower, upper, devices []float64 // by minute; NaN unknown
	before                      []float64 // load of the day before
	ahead                       [len(analytics.Leads)]*foretold
	made                        [len(analytics.Leads)]how
}

// truth appends a day's peaks, devices and coverage of the band, and returns the
// first two.
func (l *Ledger) truth(ctx context.Context, r *rows, day int) (map[string]days, error) {
	out := map[string]days{dayPeak: {}, dayDevices: {}}
	for _, prefix := range []string{rollup.ModulePrefix, rollup.GroupPrefix} {
		nodes := map[*fleet.Node]*came{}
		if err := l.readCame(ctx, prefix, day, nodes); err != nil {
			return nil, err
		}
		for _, n := range l.Tree.Nodes() {
			if c := nodes[n]; c != nil {
				l.close(r, out, n, day, c)
			}
		}
	}
	return out, nil
}

func (l *Ledger) readCame(ctx context.Context, prefix string, day int, nodes map[*fleet.Node]*came) error {
	for _, read := range []struct {
		suffix string
		day    int
		of     func(*came) *[]float64
	}{
		{rollup.LoadPercent, day, func(c *came) *[]float64 { return &c.load }},
		{rollup.LoadPercent, day - 1, func(c *came) *[]float64 { return &c.before }},
		{rollup.Devices, day, func(c *came) *[]float64 { return &c.devices }},
		{"load_lower", day, func(c *came) *[]float64 { return &c.lower }},
		{"load_upper", day, func(c *came) *[]float64 { return &c.upper }},
	} {
		if err := l.minutes(ctx, prefix+read.suffix, read.day, nodes, read.of); err != nil {
			return err
		}
	}
	return l.readAhead(ctx, prefix, day, nodes)
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
func (l *Ledger) close(r *rows, out map[string]days, n *fleet.Node, day int, c *came) {
	at := l.closing(day)
	r.add(l.named(open, bandCoverage), n, at, c.inside())
	devices, _ := season.Mean(c.devices)
	r.add(l.named(open, dayDevices), n, at, devices)
	out[dayDevices].set(n, day, devices)
	if c.load == nil {
		return
	}
	season.FillCoarse(c.load)
	season.FillCoarse(c.before)
	five := make([]float64, season.SlotsPerDay)
	season.FiveMinuteMeans(five, c.load)
	peak := season.Peak(five, growth.FullShare)
	r.add(l.named(open, dayPeak), n, at, peak)
	out[dayPeak].set(n, day, peak)
	l.judgeAhead(r, n, at, c)
}

// inside is the share of the minutes that were inside of the band, NaN if none
// was judged.
func (c *came) inside() float64 {
	var m mean
	for i := range min(len(c.load), len(c.lower), len(c.upper)) {
		if v := c.load[i]; v == v && c.lower[i] == c.lower[i] && c.upper[i] == c.upper[i] {
			m.add(share(c.lower[i] <= v && v <= c.upper[i]))
		}
	}
	return float64(m.value())
}

// judge fills in how right an entry was, from what came and the naive forecast.
func (e *Entry) judge(level float64) {
	e.Error, e.NaiveError, e.Score, e.Width = analytics.Unknown(), analytics.Unknown(), analytics.Unknown(), analytics.Unknown()
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
	e.Width = (e.Upper - e.Lower) / e.Actual
	e.Score = e.Upper - e.Lower + analytics.Number(2/(1-level)*miss)
}
