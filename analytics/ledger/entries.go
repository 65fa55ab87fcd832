package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Level is the nominal coverage of the intervals that are written down.
const Level = 0.95

// Query says which entries to read.
type Query struct {
	Path     fleet.Path // the node whose modules to read; empty: all
	Node     bool       // only this node itself, which may be above modules
	Groups   bool       // the nodes above modules, too
	Task     string     // empty: all
	From, To int        // days that forecasts are about, since 1970-01-01
}

// Entry is one forecast beside what came. Loads are in percent of a device,
// orders in devices; unknown is what has not come yet.
type Entry struct {
	ID      string    `json:"id"`
	Explain string    `json:"explain"` // what this one forecast is explained by; see [ExplainID]
	Task    string    `json:"task"`
	Horizon string    `json:"horizon"`
	Made    time.Time `json:"made_at"`
	For     string    `json:"for"` // the day, YYYY-MM-DD; of an order the last day of the lead time

	Replayed bool `json:"replayed"` // not made then, but later from what had been stored before then

	Forecast analytics.Number `json:"forecast"`
	Lower    analytics.Number `json:"lower"`
	Upper    analytics.Number `json:"upper"`
	Actual   analytics.Number `json:"actual"` // of the band: the share of the day's minutes inside
	Naive    analytics.Number `json:"naive"`

	// Of the band the next ones are means over the day's minutes, relative to
	// what came, and the errors have no sign.
	Error      analytics.Number `json:"error"` // forecast ÷ actual − 1
	NaiveError analytics.Number `json:"naive_error"`
	Inside     *bool            `json:"inside"`         // the interval held what came
	Width      analytics.Number `json:"width"`          // of the interval, relative to what came
	Score      analytics.Number `json:"interval_score"` // width + 2 ÷ (1 − level) × what lies outside (Winkler)
}

// Entries returns what was forecast about days, and what came of it: by node,
// task, day, and the time at which it was made.
func (l *Ledger) Entries(ctx context.Context, q Query) ([]Entry, error) {
	return l.entries(ctx, q, nil)
}

// entries likewise; what came of days that the store may not show yet is fresh.
func (l *Ledger) entries(ctx context.Context, q Query, fresh map[string]days) ([]Entry, error) {
	made, longest := map[madeKey]*Entry{}, week
	for _, of := range sources {
		if q.Task != "" && q.Task != of.task {
			continue
		}
		ahead, err := l.forecasts(ctx, q, of, made)
		if err != nil {
			return nil, err
		}
		longest = max(longest, ahead+week)
	}
	truth := map[string]days{}
	for _, suffix := range []string{dayPeak, dayDevices, bandCoverage} {
		d, err := l.daily(ctx, q, suffix, q.From-longest, q.To)
		if err != nil {
			return nil, err
		}
		d.add(fresh[suffix])
		truth[suffix] = d
	}
	out := make([]Entry, 0, len(made))
	for key, e := range made {
		l.compare(e, key, truth)
		out = append(out, *e)
	}
	if q.Task == "" || q.Task == Band {
		ahead, err := l.aheadEntries(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(append(out, bands(truth[bandCoverage], q)...), ahead...)
	}
	for i := range out {
		out[i].Explain = ExplainID(&out[i])
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Task, b.Task), strings.Compare(a.For, b.For), a.Made.Compare(b.Made), strings.Compare(a.Horizon, b.Horizon))
	})
	return out, nil
}

func bands(coverage days, q Query) (out []Entry) {
	for n, byDay := range coverage {
		for day, v := range byDay {
			if day >= q.From && day <= q.To {
				e := bandEntry(n, "1m", day)
				e.Actual = analytics.Number(v)
				out = append(out, e)
			}
		}
	}
	return out
}

// bandEntry is about a day's bands of one lead time, of which nothing is known.
func bandEntry(n *fleet.Node, horizon string, day int) Entry {
	unknown := analytics.Unknown()
	return Entry{
		ID: n.ID, Task: Band, Horizon: horizon, For: season.Date(day), Actual: unknown, Forecast: unknown, Lower: unknown, Upper: unknown,
		Naive: unknown, Error: unknown, NaiveError: unknown, Width: unknown, Score: unknown,
	}
}

// madeKey tells forecasts apart; of several of one hour the first counts.
type madeKey struct {
	node    *fleet.Node
	task    string
	horizon string
	about   int // day
}

// matchers selects a metric's series of the query's nodes.
func (q Query) matchers(prefix, suffix string, levels []string) []storage.Matcher {
	ms := []storage.Matcher{storage.Metric(prefix + suffix)}
	for i, level := range levels {
		switch {
		case i < len(q.Path):
			ms = append(ms, storage.Eq(level, q.Path[i]))
		case q.Node:
			ms = append(ms, storage.Eq(level, ""))
		}
	}
	return ms
}

// read calls f for the samples of a suffix between two days, of series that match
// further matchers.
func (l *Ledger) read(ctx context.Context, q Query, suffix string, from, to int, f func(n *fleet.Node, b *storage.Block), further ...storage.Matcher) error {
	cal := season.NewCalendar(l.Location)
	reach := storage.TimeRange{From: cal.Start(from) * 1000, To: cal.Start(to+1)*1000 - 1}
	prefixes := []string{rollup.ModulePrefix}
	if q.Groups || q.Node {
		prefixes = append(prefixes, rollup.GroupPrefix)
	}
	for _, prefix := range prefixes {
		err := l.Store.Select(ctx, storage.Query{Matchers: append(q.matchers(prefix, suffix, l.Tree.Levels()), further...), Range: reach}, func(b *storage.Block) error {
			if n := l.node(b.Labels); n != nil {
				f(n, b)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read %s of the ledger: %w", suffix, err)
		}
	}
	return nil
}

// compare enters what came, and the naive forecast.
func (l *Ledger) compare(e *Entry, key madeKey, truth map[string]days) {
	peaks, n := truth[dayPeak], key.node
	e.Actual, e.Naive = peaks.at(n, key.about), analytics.Unknown()
	switch key.task {
	case Peak:
		e.Naive = peaks.at(n, key.about-1)
	case Growth:
		l.compareGrowth(e, key, peaks)
	case Order:
		e.Actual = l.needed(n, key, truth)
	}
	e.judge(Level)
}

// compareGrowth enters what came of a later day, or of the largest peak of the
// days up to it once they are over; naive is the same weekday's last peak, or the
// largest one of as many days before.
func (l *Ledger) compareGrowth(e *Entry, key madeKey, peaks days) {
	n, of := key.node, func(day int) float64 { return float64(peaks.at(key.node, day)) }
	ahead, most := daysOf(key.horizon)
	if !most {
		e.Naive = peaks.at(n, key.about-(ahead+6)/7*7)
		return
	}
	if e.Actual.Known() {
		e.Actual = analytics.Number(largest(key.about-ahead+1, key.about, of))
	}
	e.Naive = analytics.Number(largest(key.about-2*ahead+1, key.about-ahead, of))
}

// needed is how many devices the largest peak of an order's lead time really
// took, by the device-days on which it came; unknown before the lead time is
// over.
func (l *Ledger) needed(n *fleet.Node, key madeKey, truth map[string]days) analytics.Number {
	ahead, _ := daysOf(key.horizon)
	s := l.Snapshots.Snapshot()
	if _, over := truth[dayPeak][n][key.about]; !over || s == nil {
		return analytics.Unknown()
	}
	return Needed(largest(key.about-ahead+1, key.about, work(truth, n)), s.TargetLoad())
}
