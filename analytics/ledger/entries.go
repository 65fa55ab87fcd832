package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
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

// days are a number for each day of a node.
type days map[*fleet.Node]map[int]float64

func (d days) at(n *fleet.Node, day int) analytics.Number {
	if v, ok := d[n][day]; ok {
		return analytics.Number(v)
	}
	return analytics.Unknown()
}

func (d days) set(n *fleet.Node, day int, v float64) {
	if v != v {
		return
	}
	if d[n] == nil {
		d[n] = map[int]float64{}
	}
	d[n][day] = v
}

// add enters all that is known in other.
func (d days) add(other days) {
	for n, byDay := range other {
		for day, v := range byDay {
			d.set(n, day, v)
		}
	}
}

// has tells whether anything is known of a day.
func (d days) has(day int) bool {
	for _, byDay := range d {
		if _, ok := byDay[day]; ok {
			return true
		}
	}
	return false
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

// daily reads what was written at the end of days.
func (l *Ledger) daily(ctx context.Context, q Query, suffix string, from, to int) (days, error) {
	out, cal := days{}, season.NewCalendar(l.Location)
	err := l.read(ctx, q, suffix, from, to, func(n *fleet.Node, b *storage.Block) {
		for i, ts := range b.Timestamps {
			day, _ := cal.Split(ts / 1000)
			out.set(n, day, b.Values[i])
		}
	})
	return out, err
}

// source is where the forecasts of a task are, and how many days they look ahead
// at most.
type source struct {
	task, suffix string
	ahead        int
	matchers     []storage.Matcher
}

const (
	week         = 7
	longestOrder = 366 // days of the longest lead time
)

var sources = []source{
	{Peak, forecastPercent, 0, []storage.Matcher{storage.Eq("task", Peak)}},
	{Growth, forecastPercent, growthDays[len(growthDays)-1], []storage.Matcher{storage.Eq("task", Growth), horizons(storage.NotRegexp)}},
	{Growth, forecastPercent, longestOrder, []storage.Matcher{storage.Eq("task", Growth), horizons(storage.Regexp)}},
	{Order, forecastDevices, longestOrder, nil},
}

// horizons selects forecasts of the largest peak, or all others.
func horizons(op storage.MatchOp) storage.Matcher {
	m, err := storage.NewMatcher(op, "horizon", largestOf+".*")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return m
}

// forecasts reads what was made about the query's days, and returns how many days
// before these they are compared with at most, but for a week.
func (l *Ledger) forecasts(ctx context.Context, q Query, of source, made map[madeKey]*Entry) (farthest int, err error) {
	cal := season.NewCalendar(l.Location)
	err = l.read(ctx, q, of.suffix, q.From-of.ahead, q.To, func(n *fleet.Node, b *storage.Block) {
		horizon, bound := strings.Clone(storage.Value(b.Labels, "horizon")), strings.Clone(storage.Value(b.Labels, "bound"))
		ahead, most := daysOf(horizon)
		back := ahead // days before the one that it is about that it is compared with
		if most {
			back = 2 * ahead
		}
		for i, ts := range b.Timestamps {
			day, minute := cal.Split(ts / 1000)
			key := madeKey{n, of.task, horizon, day}
			if of.task == Peak {
				key.horizon = clock[minute/60]
			} else {
				key.about = day - 1 + ahead // the last day known was yesterday
			}
			if key.about < q.From || key.about > q.To {
				continue
			}
			farthest = max(farthest, back)
			at := time.Unix(ts/1000, 0).In(l.Location)
			e := made[key]
			if e == nil {
				unknown := analytics.Unknown()
				e = &Entry{ID: n.ID, Task: key.task, Horizon: key.horizon, Made: at, For: season.Date(key.about), Forecast: unknown, Lower: unknown, Upper: unknown, Replayed: bool(howOf(b.Labels))}
				made[key] = e
			}
			if at.Equal(e.Made) {
				e.set(cmp.Or(bound, "mid"), b.Values[i])
			}
		}
	}, of.matchers...)
	return farthest, err
}

// clock are the horizons of today's peak, by the hour.
var clock = func() (names [24]string) {
	for hour := range names {
		names[hour] = fmt.Sprintf("%02d:00", hour)
	}
	return names
}()

func (e *Entry) set(bound string, v float64) {
	switch bound {
	case "mid":
		e.Forecast = analytics.Number(v)
	case "lower":
		e.Lower = analytics.Number(v)
	case "upper":
		e.Upper = analytics.Number(v)
	}
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

// daysOf reads a horizon in days, and whether it means the largest peak of them.
func daysOf(horizon string) (ahead int, most bool) {
	horizon, most = strings.CutPrefix(horizon, largestOf)
	ahead, _ = strconv.Atoi(strings.TrimSuffix(horizon, "d"))
	return ahead, most
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
