package backfill

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/ingest/poll"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
	"headroom/storage/head"
	"headroom/storage/promql"
)

const start = 1_795_000_000 - 1_795_000_000%3600 // an hour in November 2026

type world struct {
	t        *testing.T
	store    *embedded.Store
	tree     *fleet.Tree
	live     *rollup.Rollup
	backfill *Backfill
}

type watch struct{ *rollup.Rollup }

func (w watch) Enter(labels []storage.Label) head.Watcher {
	if c := w.Rollup.Enter(labels); c != nil {
		return c
	}
	return nil
}

// newWorld opens a store whose samples the live rollup sees from now on.
func newWorld(t *testing.T, now int64) *world {
	t.Helper()
	w := &world{t: t, tree: fleet.NewTree([]string{"business", "module"})}
	ro := rollup.Options{
		Tree: w.tree, NodeLabel: "node", ProcessLabel: "process", DeviceTimeout: 3 * time.Minute,
		Load:     []storage.Matcher{storage.Metric("load")},
		Busy:     []storage.Matcher{storage.Metric("busy")},
		Requests: []storage.Matcher{storage.Metric("requests")},
	}
	w.backfill = New(Options{
		Rollup: ro, Logger: slog.New(slog.DiscardHandler),
		Closed: func() int64 { return w.live.Closed() }, Taken: func() { w.live.ForgetLate() },
	})
	ro.Late = w.backfill.Late
	w.live = rollup.New(ro, time.Unix(now, 0))
	o := embedded.Options{Path: t.TempDir(), MemoryBytes: 64 << 20, Logger: slog.New(slog.DiscardHandler), WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour}
	o.Observer = watch{w.live}
	store, err := embedded.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.store = store
	w.backfill.Attach(store, store)
	return w
}

func (w *world) write(metric, module, node, process string, samples ...storage.Sample) {
	w.t.Helper()
	labels := []storage.Label{{Name: "__name__", Value: metric}, {Name: "business", Value: "B"}, {Name: "module", Value: module}, {Name: "node", Value: node}}
	if process != "" {
		labels = append(labels, storage.Label{Name: "process", Value: process})
	}
	if err := w.store.Write(context.Background(), []storage.Series{{Labels: labels, Samples: samples}}); err != nil {
		w.t.Fatal(err)
	}
}

// work does what Run does once no more late samples come.
func (w *world) work() {
	w.t.Helper()
	batch := w.backfill.take(time.Now().Add(time.Hour))
	if batch == nil {
		w.t.Fatal("nothing was reported as late")
	}
	w.backfill.work(context.Background(), batch)
}

// minutes reads a node's stored numbers for n minutes.
func (w *world) minutes(id, suffix string, from int64, n int) []float64 {
	w.t.Helper()
	x, err := w.backfill.stored(context.Background(), w.tree.Find(id), suffix, span{from: from, n: n})
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}

func sample(second int64, v float64) storage.Sample {
	return storage.Sample{Timestamp: second * 1000, Value: v}
}

// Backfill and live rollup are two ways to the same numbers: feeding a day of
// random senders live, or all of it late and in a random order, must agree.
func TestAgreesWithTheLiveRollup(t *testing.T) {
	const minutes = 150
	rng := rand.New(rand.NewPCG(1, 2))
	type one struct {
		metric, module, node, process string
		storage.Sample
	}
	var samples []one
	for m, module := range []string{"m1", "m2", "m3"} {
		for d := range 2 + m {
			node := fmt.Sprint("n", d)
			every, gone := int64(15+15*m), int64(60*minutes)
			if d == 1 {
				gone = 60 * 100 // stops after 100 minutes
			}
			for s := rng.Int64N(every); s < gone; s += every {
				samples = append(samples, one{"load", module, node, "", sample(start+s, 10+rng.Float64()*50)})
				runs := s // since its processes were started
				if m == 1 && s > 60*50 {
					runs -= 60 * 90 // they are for the second time, after a long silence
				}
				if runs < 0 {
					continue
				}
				samples = append(samples, one{"busy", module, node, "1", sample(start+s, float64(runs)*0.3)})
				samples = append(samples, one{"requests", module, node, "1", sample(start+s, float64(runs)*7)})
			}
			if m == 1 {
				for s := int64(60*(60+min(d, 1))+10*d) + 25; s < 60*80; s += 60 { // the first one alone, then two at once
					samples = append(samples, one{"busy", module, node, "2", sample(start+s, float64(s)*0.4)})
				}
			}
		}
	}
	live, late := newWorld(t, start), newWorld(t, start+60*minutes)
	// Live: minute after minute.
	frames := make([]*rollup.Frame, minutes)
	for k := range minutes {
		from, to := (start+int64(k)*60)*1000, (start+int64(k)*60+60)*1000
		for _, s := range samples {
			if s.Timestamp >= from && s.Timestamp < to {
				live.write(s.metric, s.module, s.node, s.process, s.Sample)
			}
		}
		frames[k] = live.live.Close(start + int64(k)*60)
	}
	for _, k := range rng.Perm(len(samples)) {
		s := samples[k]
		late.write(s.metric, s.module, s.node, s.process, s.Sample)
	}
	late.work()
	for _, id := range []string{"B/m1", "B/m2", "B/m3", "B"} {
		for i, suffix := range rollup.Suffixes {
			got := late.minutes(id, suffix, start, minutes)
			for k := 5; k < minutes; k++ { // intervals are learned by then
				want := frames[k].At(live.tree.Find(id).Index).Numbers()[i]
				if math.Abs(got[k]-want) > 1e-6*math.Abs(want) || math.IsNaN(got[k]) != math.IsNaN(want) {
					t.Fatalf("%s %s, minute %d: late %v, live %v", id, suffix, k, got[k], want)
				}
			}
		}
	}
}

func TestLateSampleCorrectsItsMinute(t *testing.T) {
	w := newWorld(t, start)
	w.write("load", "m", "n1", "", sample(start+10, 20))
	f := w.live.Close(start)
	n := w.tree.Find("B/m")
	for i, suffix := range rollup.Suffixes {
		if x := f.At(n.Index).Numbers()[i]; !math.IsNaN(x) {
			row := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), suffix), Samples: []storage.Sample{sample(start, x)}}
			if err := w.store.Write(context.Background(), []storage.Series{row}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.write("load", "m", "n2", "", sample(start+20, 60)) // too late for its minute
	w.work()
	if got := w.minutes("B/m", rollup.LoadPercent, start, 1)[0]; got != 40 {
		t.Errorf("load %v, want the mean of both devices, 40", got)
	}
	if got := w.minutes("B", rollup.Devices, start, 1)[0]; got != 2 {
		t.Errorf("devices of the business %v, want 2", got)
	}
	// Nothing new is late: a second pass must not write again.
	w.write("load", "m", "n2", "", sample(start+20, 60))
	before := w.store.Stats()
	w.work()
	if got := w.minutes("B/m", rollup.LoadPercent, start, 1)[0]; got != 40 || w.store.Stats().ActiveSeries != before.ActiveSeries {
		t.Errorf("after the same sample again: load %v", got)
	}
}

func TestCoarseHistoryKeepsItsStep(t *testing.T) {
	w := newWorld(t, start+24*3600)
	for s := int64(0); s < 24*3600; s += 300 {
		w.write("load", "m1", "n1", "", sample(start+s, float64(s)))
		w.write("load", "m1", "n2", "", sample(start+s+120, float64(s)))
	}
	w.work()
	got := w.minutes("B/m1", rollup.LoadPercent, start, 1440)
	for k := 15; k < 1440; k++ {
		want := math.NaN()
		if k%5 == 0 { // n2's newest is of the step before
			want = float64(k*60) - 150
		}
		if got[k] != want && !(math.IsNaN(got[k]) && math.IsNaN(want)) {
			t.Fatalf("minute %d: %v, want %v", k, got[k], want)
		}
	}
}

// polled answers with a sine for each device, like a store that is asked.
type polled struct{ calls int }

func (p *polled) Instant(context.Context, string, time.Time) ([]promql.Sample, error) {
	return nil, nil
}

func (p *polled) Range(_ context.Context, _ string, from, to time.Time, step time.Duration) (out []storage.Series, err error) {
	p.calls++
	for _, node := range []string{"n1", "n2"} {
		s := storage.Series{Labels: []storage.Label{{Name: "business", Value: "B"}, {Name: "module", Value: "m"}, {Name: "node", Value: node}}}
		for t := from; !t.After(to); t = t.Add(step) {
			s.Samples = append(s.Samples, sample(t.Unix(), float64(t.Unix()/60%1440)))
		}
		out = append(out, s)
	}
	return out, nil
}

func TestPolledHistoryIsAskedForOnce(t *testing.T) {
	w := newWorld(t, start)
	source, signals := &polled{}, []poll.Signal{{Name: poll.Load, Query: "whatever"}}
	w.backfill.opts.Rollup.Load = signals[0].Matchers()
	now := time.Unix(start, 0)
	for range 2 {
		if err := w.backfill.Polled(context.Background(), source, signals, now, 3); err != nil {
			t.Fatal(err)
		}
	}
	if source.calls != 3 {
		t.Errorf("%d queries, want one for each of three days", source.calls)
	}
	got := w.minutes("B/m", rollup.LoadPercent, start-3*24*3600, 3*1440)
	for k := 0; k < len(got); k += 5 {
		// The minute's value is that at its end.
		if want := float64((start - 3*24*3600 + int64(k)*60 + 60) / 60 % 1440); got[k] != want {
			t.Fatalf("minute %d: %v, want %v", k, got[k], want)
		}
	}
}
