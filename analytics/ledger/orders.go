package ledger

import (
	"cmp"
	"context"
	"math"
	"slices"

	"headroom/analytics"
	"headroom/analytics/growth"
	"headroom/analytics/season"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Ordered is what was ordered for one module as the ledger has it, in devices.
type Ordered struct {
	ID       string
	AsOf     int // the last day that was known then, since 1970-01-01
	Horizon  int // days of the lead time
	Forecast analytics.Number
	Devices  analytics.Number // present then
	Request  analytics.Number // beyond them
	Replayed bool             // not ordered then, but later from what had been stored before then
}

// What ordered_devices tells of.
const (
	present = "present"
	request = "request"
)

// Orders returns the modules' orders of the first of the days from … to on which
// any were written down, by their ids; none if there was no such day.
func (l *Ledger) Orders(ctx context.Context, from, to int) ([]Ordered, error) {
	orders, first := map[*fleet.Node]*Ordered{}, math.MaxInt
	err := l.readDays(ctx, forecastDevices, from, to, func(n *fleet.Node, labels []storage.Label, day int, v float64) {
		if day < first {
			first = day
			clear(orders)
		}
		if day == first {
			horizon, _ := daysOf(storage.Value(labels, "horizon"))
			orders[n] = &Ordered{ID: n.ID, AsOf: day - 1, Horizon: horizon, Forecast: analytics.Number(v), Devices: analytics.Unknown(), Request: analytics.Unknown(), Replayed: bool(howOf(labels))}
		}
	})
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	err = l.readDays(ctx, orderedDevices, first, first, func(n *fleet.Node, labels []storage.Label, _ int, v float64) {
		switch o := orders[n]; {
		case o == nil:
		case storage.Value(labels, "of") == present:
			o.Devices = analytics.Number(v)
		case storage.Value(labels, "of") == request:
			o.Request = analytics.Number(v)
		}
	})
	out := make([]Ordered, 0, len(orders))
	for _, o := range orders {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Ordered) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// readDays calls f with a metric's samples of all modules between two days.
func (l *Ledger) readDays(ctx context.Context, suffix string, from, to int, f func(n *fleet.Node, labels []storage.Label, day int, v float64)) error {
	cal := season.NewCalendar(l.Location)
	return l.read(ctx, Query{}, suffix, from, to, func(n *fleet.Node, b *storage.Block) {
		for i, ts := range b.Timestamps {
			day, _ := cal.Split(ts / 1000)
			f(n, b.Labels, day, b.Values[i])
		}
	})
}

// Work returns, by the ids of the modules, the largest work of any of the days
// first … last: a day's peak times its devices, in percent of a device. It is
// nil until the last day is scored; modules of which too few days are known are
// not in it.
func (l *Ledger) Work(ctx context.Context, first, last int) (map[string]float64, error) {
	truth := map[string]days{}
	for _, suffix := range []string{dayPeak, dayDevices} {
		d, err := l.daily(ctx, Query{}, suffix, first, last)
		if err != nil {
			return nil, err
		}
		truth[suffix] = d
	}
	if !truth[dayPeak].has(last) {
		return nil, nil
	}
	out := map[string]float64{}
	for n := range truth[dayPeak] {
		if v := largest(first, last, work(truth, n)); v == v {
			out[n.ID] = v
		}
	}
	return out, nil
}

// work returns a node's peak × devices by day.
func work(truth map[string]days, n *fleet.Node) func(day int) float64 {
	return func(day int) float64 {
		return float64(truth[dayPeak].at(n, day) * truth[dayDevices].at(n, day))
	}
}

// largest of what of says of the days first … last, NaN if it knows less than a
// full share of them.
func largest(first, last int, of func(day int) float64) float64 {
	most, known := math.NaN(), 0
	for day := first; day <= last; day++ {
		v := of(day)
		if v != v {
			continue
		}
		known++
		if !(v <= most) {
			most = v
		}
	}
	if float64(known) < growth.FullShare*float64(last-first+1) {
		return math.NaN()
	}
	return most
}

// Needed is how many devices do an amount of work, in percent of a device, at a
// target load; unknown of unknown work.
func Needed(work, target float64) analytics.Number {
	return analytics.Number(math.Ceil(work/target - 1e-9))
}
