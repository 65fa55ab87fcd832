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

// how tells whether forecasts were made in the open or replayed from history; it
// is a label of their series.
type how bool

const (
	open     how = false
	replayed how = true
)

// named returns the names of a series of forecasts, or of what was made of them.
func (l *Ledger) named(h how, suffix string, extra ...storage.Label) *rollup.Names {
	if h == replayed {
		extra = append(extra, storage.Label{Name: replayedLabel, Value: "true"})
	}
	return l.names.of(suffix, extra)
}

const replayedLabel = "replayed"

// howOf tells how the forecasts of a series were made.
func howOf(labels []storage.Label) how { return storage.Value(labels, replayedLabel) != "" }

// boundNames are the labels of a forecast's three series.
var boundNames = [3]string{"mid", "lower", "upper"}

// bounds returns the names of the three series of a forecast.
func (l *Ledger) bounds(h how, task, horizon string) (names [3]*rollup.Names) {
	for i, bound := range boundNames {
		names[i] = l.named(h, forecastPercent, storage.Label{Name: "bound", Value: bound}, storage.Label{Name: "horizon", Value: horizon}, storage.Label{Name: "task", Value: task})
	}
	return names
}

// interval appends a forecast.
func (r *rows) interval(names [3]*rollup.Names, n *fleet.Node, ts int64, v analytics.Interval) {
	for i, x := range [3]analytics.Number{v.Value, v.Lower, v.Upper} {
		r.add(names[i], n, ts, float64(x))
	}
}

func (l *Ledger) peaks(r *rows, h how, s *analytics.Snapshot) {
	names := l.bounds(h, Peak, "today")
	for i, n := range s.Nodes() {
		p := s.Rows[i].PeakToday
		r.interval(names, n, s.At.UnixMilli(), analytics.Interval{Value: p.Value, Lower: p.Lower, Upper: p.Upper})
	}
}

func (l *Ledger) growth(r *rows, h how, s *analytics.Snapshot) {
	for _, days := range growthDays {
		names := l.bounds(h, Growth, strconv.Itoa(days)+"d")
		for i, n := range s.Nodes() {
			r.interval(names, n, s.At.UnixMilli(), s.DayAhead(i, days))
		}
	}
	for i, n := range s.Nodes() {
		if g := &s.Growth[i]; g.PeakMax.Value.Known() {
			r.interval(l.bounds(h, Growth, largestOf+strconv.Itoa(g.HorizonDays)+"d"), n, s.At.UnixMilli(), g.PeakMax)
		}
	}
}

// orders appends what every node needs for the lead time, those above modules as
// if their modules could share it, and what is ordered for that.
func (l *Ledger) orders(r *rows, h how, s *analytics.Snapshot) {
	ts := s.At.UnixMilli()
	for i, n := range s.Nodes() {
		g := &s.Growth[i]
		horizon := storage.Label{Name: "horizon", Value: strconv.Itoa(g.HorizonDays) + "d"}
		if !n.Module {
			r.add(l.named(h, forecastDevices, horizon), n, ts, float64(g.PooledNeeded))
			continue
		}
		r.add(l.named(h, forecastDevices, horizon), n, ts, float64(g.DevicesNeeded))
		if g.DevicesNeeded.Known() {
			r.add(l.named(h, orderedDevices, horizon, storage.Label{Name: "of", Value: present}), n, ts, float64(g.Devices))
			r.add(l.named(h, orderedDevices, horizon, storage.Label{Name: "of", Value: request}), n, ts, float64(g.DevicesToRequest))
		}
	}
}
