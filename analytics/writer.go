package analytics

import (
	"context"
	"fmt"
	"math"
	"sync"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// slowEvery is how often, in minutes, numbers are written that seldom change:
// often enough for an instant query, which looks back five minutes.
const slowEvery = 4

// writer stores what a minute's snapshot says as series: the same numbers as
// the rows show.
type writer struct {
	store  storage.Store
	levels []string

	numbers                []*rollup.Names // in the order of rollup.Suffixes
	expected, lower, upper *rollup.Names
	score, deviates, alarm *rollup.Names
	growth, needed         *rollup.Names
	atRisk, request        *rollup.Names
	peak, full             bounds
	headroom, afterLoss    *rollup.Names

	mu       sync.Mutex // protects all that follows
	domains  domainNames
	before   *Snapshot        // the one that was written last
	revision int64            // corrections of its minute so far
	rows     []storage.Series // reused from minute to minute
	one      []storage.Sample // backs the rows' samples
}

// bounds are the three series of a forecast.
type bounds struct{ mid, lower, upper *rollup.Names }

func newWriter(opts Options) *writer {
	w := &writer{store: opts.Store, levels: opts.Tree.Levels(), numbers: rollup.AllNames(opts.Tree.Levels())}
	w.expected, w.lower, w.upper = w.names("load_expected"), w.names("load_lower"), w.names("load_upper")
	w.score, w.deviates, w.alarm = w.names("deviation_score"), w.names("deviates"), w.names("alarm")
	w.growth, w.request = w.names("growth_percent_per_day"), w.names("devices_to_request")
	w.needed, w.atRisk = w.names("devices_needed"), w.names("peak_at_risk_percent")
	w.peak, w.full = w.bounds("peak_today"), w.bounds("days_to_full")
	w.domains.levels = opts.Tree.Levels()
	w.headroom, w.afterLoss = w.names("headroom_percent"), w.names("headroom_after_loss_percent")
	return w
}

func (w *writer) names(suffix string, extra ...storage.Label) *rollup.Names {
	return rollup.NewNames(w.levels, suffix, extra...)
}

func (w *writer) bounds(suffix string) bounds {
	bound := func(word string) *rollup.Names {
		return w.names(suffix, storage.Label{Name: "bound", Value: word})
	}
	return bounds{bound("mid"), bound("lower"), bound("upper")}
}

// write stores a minute for the first time.
func (w *writer) write(ctx context.Context, s *Snapshot, f *rollup.Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ts := s.At.UnixMilli()
	for i, n := range s.nodes {
		v := f.At(i)
		for k, x := range v.Numbers() {
			w.add(w.numbers[k], n, ts, x)
		}
		w.addBand(n, ts, &s.Rows[i])
	}
	for i, n := range s.nodes { // apart, since the store likes the same order each minute
		w.addSeldom(n, ts, s)
		if w.repeats(ts, i) {
			w.addGrowth(n, ts, &s.Growth[i])
		}
	}
	if err := w.flushLocked(ctx); err != nil {
		return err
	}
	w.before, w.revision = s, 0
	return nil
}

// rewrite stores the verdicts of a minute that was judged again, as corrections
// of what was written for it (see storage.Minutely).
func (w *writer) rewrite(ctx context.Context, s *Snapshot) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.revision++
	w.before = nil // all numbers are written, changed or not, and next minute again
	ts := s.At.UnixMilli() + w.revision
	for i, n := range s.nodes {
		w.addBand(n, ts, &s.Rows[i])
		w.addSeldom(n, ts, s)
		w.addGrowth(n, ts, &s.Growth[i])
	}
	return w.flushLocked(ctx)
}

// flushLocked stores what was added. w.mu must be held.
func (w *writer) flushLocked(ctx context.Context) error {
	defer func() {
		clear(w.rows) // of their labels
		w.rows, w.one = w.rows[:0], w.one[:0]
	}()
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

// repeats tells whether it is a node's turn; they take turns, so that every
// minute writes as much.
func (w *writer) repeats(ts int64, node int) bool { return (int(ts/60_000)+node)%slowEvery == 0 }

func (w *writer) addBand(n *fleet.Node, ts int64, r *Row) {
	w.add(w.expected, n, ts, float64(r.Mean))
	w.add(w.lower, n, ts, float64(r.Lower))
	w.add(w.upper, n, ts, float64(r.Upper))
	if r.Score.Known() {
		w.add(w.score, n, ts, float64(r.Score))
	}
}

// addSeldom adds what changes seldom: when it did, and when it is the node's
// turn.
func (w *writer) addSeldom(n *fleet.Node, ts int64, s *Snapshot) {
	r, before := &s.Rows[n.Index], &Row{}
	always := w.repeats(ts, n.Index) || w.before == nil || n.Index >= len(w.before.Rows)
	if !always {
		before = &w.before.Rows[n.Index]
	}
	if r.judged() && (always || !before.judged() || r.Deviates != before.Deviates) {
		w.add(w.deviates, n, ts, oneIf(r.Deviates))
	}
	if r.judged() && (always || !before.judged() || r.Alarm != before.Alarm) {
		w.add(w.alarm, n, ts, oneIf(r.Alarm))
	}
	p, was := &r.PeakToday, &before.PeakToday
	if always || p.Value != was.Value || p.Lower != was.Lower || p.Upper != was.Upper {
		w.addBounds(w.peak, n, ts, float64(p.Value), float64(p.Lower), float64(p.Upper))
	}
	if d := r.LargestDomain; d != nil && (always || !sameDomain(d, before.LargestDomain)) {
		w.addLabels(w.domains.of(n, *d), ts, float64(d.Devices))
	}
	if always || r.Headroom != before.Headroom || r.HeadroomAfterLoss != before.HeadroomAfterLoss {
		w.add(w.headroom, n, ts, float64(r.Headroom))
		w.add(w.afterLoss, n, ts, float64(r.HeadroomAfterLoss))
	}
}

// judged tells whether there is a verdict at all.
func (r *Row) judged() bool { return r.Load.Known() && r.Mean.Known() }

func (w *writer) addGrowth(n *fleet.Node, ts int64, g *Growth) {
	w.add(w.growth, n, ts, float64(g.PercentPerDay))
	w.add(w.needed, n, ts, float64(g.DevicesNeeded))
	w.add(w.atRisk, n, ts, float64(g.PeakAtRisk))
	w.add(w.request, n, ts, float64(g.DevicesToRequest))
	w.addBounds(w.full, n, ts, g.daysTo(g.FullOn.Value), g.daysTo(g.FullOn.Lower), g.daysTo(g.FullOn.Upper))
}

func (w *writer) addBounds(b bounds, n *fleet.Node, ts int64, mid, lower, upper float64) {
	w.add(b.mid, n, ts, mid)
	w.add(b.lower, n, ts, lower)
	w.add(b.upper, n, ts, upper)
}

// add appends one sample; an unknown number is not written.
func (w *writer) add(names *rollup.Names, n *fleet.Node, ts int64, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	w.addLabels(names.Of(n), ts, x)
}

func (w *writer) addLabels(labels []storage.Label, ts int64, x float64) {
	w.rows = append(w.rows, storage.Series{Labels: labels})
	w.one = append(w.one, storage.Sample{Timestamp: ts, Value: x})
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
