package analytics

import (
	"context"
	"fmt"
	"math"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// slowEvery is how often, in minutes, numbers are written that change once a
// day. It is under five, so that an instant query always finds them.
const slowEvery = 4

// writer stores what a minute's snapshot says as series: the same numbers as
// the rows show.
type writer struct {
	store storage.Store
	names *rollup.Names
	rows  []storage.Series // reused from minute to minute
	one   []storage.Sample // backs the rows' samples
}

func newWriter(opts Options) *writer {
	return &writer{store: opts.Store, names: rollup.NewNames(opts.Tree.Levels())}
}

func (w *writer) write(ctx context.Context, s *Snapshot, f *rollup.Frame) error {
	w.rows, w.one = w.rows[:0], w.one[:0]
	ts := s.At.UnixMilli()
	for i, n := range s.nodes {
		v := f.At(i)
		for k, x := range v.Numbers() {
			w.add(n, rollup.Suffixes[k], ts, x)
		}
		w.addVerdict(n, ts, &s.Rows[i])
		if (int(ts/60_000)+i)%slowEvery == 0 {
			w.addGrowth(n, ts, &s.Growth[i])
		}
	}
	for i := range w.rows { // only now does w.one no longer move
		w.rows[i].Samples = w.one[i : i+1 : i+1]
	}
	if len(w.rows) == 0 {
		return nil
	}
	if err := w.store.Write(ctx, w.rows); err != nil {
		return fmt.Errorf("write %d series: %w", len(w.rows), err)
	}
	return nil
}

func (w *writer) addVerdict(n *fleet.Node, ts int64, r *Row) {
	w.add(n, "load_expected", ts, float64(r.Mean))
	w.add(n, "load_lower", ts, float64(r.Lower))
	w.add(n, "load_upper", ts, float64(r.Upper))
	if r.Score.Known() {
		w.add(n, "deviation_score", ts, float64(r.Score))
	}
	if r.Load.Known() && r.Mean.Known() {
		w.add(n, "deviates", ts, oneIf(r.Deviates))
	}
	w.bounds(n, "peak_today", ts, float64(r.PeakToday.Value), float64(r.PeakToday.Lower), float64(r.PeakToday.Upper))
}

func (w *writer) addGrowth(n *fleet.Node, ts int64, g *Growth) {
	w.add(n, "growth_percent_per_day", ts, float64(g.PercentPerDay))
	w.add(n, "devices_to_request", ts, float64(g.DevicesToRequest))
	w.bounds(n, "days_to_full", ts, g.daysTo(g.FullOn.Value), g.daysTo(g.FullOn.Lower), g.daysTo(g.FullOn.Upper))
}

func (w *writer) bounds(n *fleet.Node, suffix string, ts int64, mid, lower, upper float64) {
	w.add(n, suffix, ts, mid, boundMid...)
	w.add(n, suffix, ts, lower, boundLower...)
	w.add(n, suffix, ts, upper, boundUpper...)
}

var (
	boundMid   = []storage.Label{{Name: "bound", Value: "mid"}}
	boundLower = []storage.Label{{Name: "bound", Value: "lower"}}
	boundUpper = []storage.Label{{Name: "bound", Value: "upper"}}
)

// add appends one sample; an unknown number is not written.
func (w *writer) add(n *fleet.Node, suffix string, ts int64, x float64, bound ...storage.Label) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	w.rows = append(w.rows, storage.Series{Labels: w.names.Of(n, suffix, bound...)})
	w.one = append(w.one, storage.Sample{Timestamp: ts, Value: x})
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
