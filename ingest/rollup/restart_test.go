package rollup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
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
	w.want(w.close(2), "B/m", busy(120, 4))
	work(3, 30, all...)
	w.want(w.close(3), "B/m", busy(180, 6))
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
