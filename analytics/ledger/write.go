package ledger

import (
	"context"
	"math"
	"strconv"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// rows are samples to be written, one a series.
type rows []storage.Series

// add appends a sample; an unknown number is not written.
func (r *rows) add(names *rollup.Names, n *fleet.Node, ts int64, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	*r = append(*r, storage.Series{Labels: names.Of(n), Samples: []storage.Sample{{Timestamp: ts, Value: v}}})
}

func (r *rows) write(ctx context.Context, store storage.Store) error {
	if len(*r) == 0 {
		return nil
	}
	return store.Write(ctx, *r)
}

// boundNames are the labels of a forecast's three series.
var boundNames = [3]string{"mid", "lower", "upper"}

// bounds returns the names of the three series of a forecast.
func (l *Ledger) bounds(task, horizon string) (names [3]*rollup.Names) {
	for i, bound := range boundNames {
		names[i] = l.named(forecastPercent, storage.Label{Name: "bound", Value: bound}, storage.Label{Name: "horizon", Value: horizon}, storage.Label{Name: "task", Value: task})
	}
	return names
}

// interval appends a forecast.
func (r *rows) interval(names [3]*rollup.Names, n *fleet.Node, ts int64, v analytics.Interval) {
	for i, x := range [3]analytics.Number{v.Value, v.Lower, v.Upper} {
		r.add(names[i], n, ts, float64(x))
	}
}

func (l *Ledger) peaks(r *rows, s *analytics.Snapshot) {
	names := l.bounds(Peak, "today")
	for i, n := range s.Nodes() {
		p := s.Rows[i].PeakToday
		r.interval(names, n, s.At.UnixMilli(), analytics.Interval{Value: p.Value, Lower: p.Lower, Upper: p.Upper})
	}
}

func (l *Ledger) growth(r *rows, s *analytics.Snapshot) {
	for _, h := range growthDays {
		names := l.bounds(Growth, strconv.Itoa(h)+"d")
		for i, n := range s.Nodes() {
			r.interval(names, n, s.At.UnixMilli(), s.DayAhead(i, h))
		}
	}
	for i, n := range s.Nodes() {
		if g := &s.Growth[i]; g.PeakMax.Value.Known() {
			r.interval(l.bounds(Growth, largestOf+strconv.Itoa(g.HorizonDays)+"d"), n, s.At.UnixMilli(), g.PeakMax)
		}
	}
}

// orders appends what every node needs for the lead time, those above modules as
// if their modules could share it, and what is ordered for that.
func (l *Ledger) orders(r *rows, s *analytics.Snapshot) {
	ts := s.At.UnixMilli()
	for i, n := range s.Nodes() {
		g := &s.Growth[i]
		horizon := storage.Label{Name: "horizon", Value: strconv.Itoa(g.HorizonDays) + "d"}
		if !n.Module {
			r.add(l.named(forecastDevices, horizon), n, ts, float64(g.PooledNeeded))
			continue
		}
		r.add(l.named(forecastDevices, horizon), n, ts, float64(g.DevicesNeeded))
		if g.DevicesNeeded.Known() {
			r.add(l.named(orderedDevices, horizon, storage.Label{Name: "of", Value: present}), n, ts, float64(g.Devices))
			r.add(l.named(orderedDevices, horizon, storage.Label{Name: "of", Value: request}), n, ts, float64(g.DevicesToRequest))
		}
	}
}
