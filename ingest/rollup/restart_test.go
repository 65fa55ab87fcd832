package rollup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"headroom/storage"
)

var nan = math.NaN()

// workers returns the busy counters of n processes, each on a node of its own.
func (w *world) workers(module string, n int) (all []*Cell) {
	for i := range n {
		all = append(all, w.series("busy", "B", module, fmt.Sprint("n", i), "1"))
	}
	return all
}

// work adds a sample at a time of a minute: each process is busy for half of its time.
func work(minute, second int, cells ...*Cell) {
	for _, c := range cells {
		c.Add(at(minute, second), 5000+float64(minute*60+second)/2)
	}
}

// After a start each counter has one sample at first, and the minute ends when few
// have two: their sum would look like idleness.
func TestFewCountersWithTwoSamplesAreNoSum(t *testing.T) {
	for told, want := range []Value{busy(nan, nan), busy(nan, 1), busy(nan, 2), busy(90, 3), busy(120, 4), busy(150, 5), busy(180, 6)} {
		w := newWorld(t, nil)
		all := w.workers("m", 6)
		work(0, 30, all...)
		work(0, 50, all[:told]...)
		f := w.close(0)
		w.want(f, "B/m", want)
		if math.IsNaN(want.Busy) {
			want = Unknown()
		}
		w.want(f, "B", want)
		work(1, 30, all...)
		w.want(w.close(1), "B/m", busy(180, 6)) // a minute later all are in it
	}
}

// A worker that joins does not make the others' work unknown. Until its second
// sample it counts as no process: it is not in the sum.
func TestNewWorkerAmongMany(t *testing.T) {
	w := newWorld(t, nil)
	all := w.workers("m", 6)
	for m := range 2 {
		work(m, 30, all[:4]...)
		w.close(m)
	}
	work(2, 30, all...)
	waiting := func(f *Frame) int { return f.At(w.tree.Find("B/m").Index).Waiting }
	f := w.close(2)
	w.want(f, "B/m", busy(120, 4))
	if n := waiting(f); n != 2 {
		t.Errorf("%d processes wait, want the 2 new ones", n)
	}
	work(3, 30, all...)
	f = w.close(3)
	w.want(f, "B/m", busy(180, 6))
	if n := waiting(f) + waiting(w.close(20)); n != 0 {
		t.Errorf("%d processes wait of whom all have told, or are silent", n)
	}
}

// A reset is no first sample.
func TestAllProcessesRestartUnderTheirNames(t *testing.T) {
	w := newWorld(t, nil)
	all := w.workers("m", 3)
	for m := range 2 {
		work(m, 30, all...)
		w.close(m)
	}
	for _, c := range all {
		c.Add(at(2, 30), 12)
	}
	w.want(w.close(2), "B/m", busy(36, 3))
}

// A group's sum leaves out no module in silence: it counts the counters of all.
func TestGroupOfAModuleThatIsNotKnownYet(t *testing.T) {
	w := newWorld(t, nil)
	old, young := w.workers("old", 2), w.workers("young", 3)
	work(0, 30, old...)
	w.close(0)
	work(1, 30, append(old, young...)...)
	f := w.close(1)
	w.want(f, "B/old", busy(60, 2))
	w.want(f, "B/young", Unknown())
	w.want(f, "B", busy(nan, 2))
}

// However senders begin and pause, the share of busy seconds is that of the
// processes, never less because some of them are not in the sum; and as long as
// something is unknown it is at most half.
func TestShareIsThatOfTheProcesses(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		w := newWorld(t, nil)
		all := w.workers("m", 1+rng.IntN(9))
		begin := make([]int, len(all))
		for i := range begin {
			begin[i] = rng.IntN(240)
		}
		for m := range 4 {
			began := 0
			for i, c := range all {
				for s := 0; s < 60; s += 20 {
					if m*60+s >= begin[i] {
						work(m, s, c)
					}
				}
				if begin[i] <= m*60+40 {
					began++
				}
			}
			v := w.close(m).At(w.tree.Find("B/m").Index)
			if math.IsNaN(v.Busy) {
				continue
			}
			if share := v.Busy / v.Processes / 60; math.Abs(share-0.5) > 1e-9 || v.Processes < float64(began)/2 {
				t.Fatalf("minute %d: busy %v of %v processes, %d report: a share of %v, want 0.5", m, v.Busy, v.Processes, began, share)
			}
		}
	}
}

// replay hands a series' samples, given as pairs of time and value, to the rollup as
// the store does at the start.
func (w *world) replay(metric, module, node, process string, samples ...float64) {
	labels := []storage.Label{{Name: "__name__", Value: metric}, {Name: "business", Value: "B"}, {Name: "module", Value: module}, {Name: "node", Value: node}, {Name: "process", Value: process}}
	b := &storage.Block{Labels: labels}
	for i := 0; i < len(samples); i += 2 {
		b.Timestamps, b.Values = append(b.Timestamps, int64(samples[i])), append(b.Values, samples[i+1])
	}
	w.r.Replay(b)
}

// The first minute after a restart is known by what was stored before it, and
// each process is counted once.
func TestCountersGoOnAfterARestart(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 3 {
		node := fmt.Sprint("n", i)
		w.replay("busy", "m", node, "1", float64(at(-2, 30)), 955) // in two blocks
		w.replay("busy", "m", node, "1", float64(at(-1, 30)), 985)
	}
	w.replay("busy", "m", "gone", "1", float64(at(-1, 0)), 0, float64(at(-1, 15)), 3)
	if w.late["B/m"] == 0 {
		t.Error("the minutes that were cut off are not reported")
	}
	for i, c := range w.workers("m", 3) {
		c.Add(at(0, 30), 1015+float64(i)) // 30, 31, 32
	}
	w.want(w.close(0), "B/m", busy(93+12, 4)) // the last rate of the fourth stands for it
	if n := len(w.r.replayed.cells); n != 1 {
		t.Errorf("%d cells are kept, want that of the one that is gone", n)
	}
	w.close(24*60 + 1)
	if w.r.replayed.cells != nil {
		t.Error("the one that is gone is kept for ever")
	}
}

// A series outside of the tree counts once, however often it is met.
func TestReplayedSeriesOutsideTheTree(t *testing.T) {
	w := newWorld(t, nil)
	labels := []storage.Label{{Name: "__name__", Value: "busy"}, {Name: "node", Value: "n"}}
	for range 2 {
		w.r.Replay(&storage.Block{Labels: labels, Timestamps: []int64{at(-1, 0)}, Values: []float64{1}})
	}
	if c := w.r.Enter(labels); c != nil || w.r.Unassigned() != 1 {
		t.Errorf("cell %v, counted %d times", c, w.r.Unassigned())
	}
}

// What a counter grew by in an hour without samples, or since a reset in it, is
// spread over that hour: it tells nothing of the minute in which it comes back.
func TestCounterBeginsAnewAfterALongGap(t *testing.T) {
	w := newWorld(t, nil)
	all := w.workers("m", 3)
	for m := range 2 {
		work(m, 30, all...)
		w.close(m)
	}
	short := w.workers("short", 2)
	for m := range 2 {
		work(m, 30, short...)
	}
	work(6, 40, short...) // five minutes are long for who reports each minute
	w.want(w.close(6), "B/short", Unknown())
	w.close(61)
	for _, c := range all {
		c.Add(at(62, 50), 10)
	}
	w.want(w.close(62), "B/m", Unknown())
	for _, c := range all {
		c.Add(at(63, 50), 50)
	}
	w.want(w.close(63), "B/m", busy(120, 3))
}
