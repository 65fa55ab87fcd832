package ledger

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/storage"
	"headroom/storage/fleet"
)

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

// daysOf reads a horizon in days, and whether it means the largest peak of them.
func daysOf(horizon string) (ahead int, most bool) {
	horizon, most = strings.CutPrefix(horizon, largestOf)
	ahead, _ = strconv.Atoi(strings.TrimSuffix(horizon, "d"))
	return ahead, most
}
