package rollup

import (
	"math"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// world is a rollup whose minutes a test fills and closes.
type world struct {
	t    *testing.T
	r    *Rollup
	tree *fleet.Tree
	late map[string]int
}

const start = 1_800_000_000 - 1_800_000_000%60

func newWorld(t *testing.T, change func(*Options)) *world {
	w := &world{t: t, tree: fleet.NewTree([]string{"business", "module"}), late: map[string]int{}}
	opts := Options{
		Tree: w.tree, NodeLabel: "node", ProcessLabel: "process", DeviceTimeout: 3 * time.Minute,
		Load:     []storage.Matcher{storage.Metric("load")},
		Busy:     []storage.Matcher{storage.Metric("busy")},
		Requests: []storage.Matcher{storage.Metric("requests")},
		Late:     func(m *fleet.Node, hour int64) { w.late[m.ID]++ },
	}
	if change != nil {
		change(&opts)
	}
	w.r = New(opts, time.Unix(start, 0))
	return w
}

func (w *world) series(metric, business, module, node, process string) *Cell {
	w.t.Helper()
	labels := []storage.Label{{Name: "__name__", Value: metric}}
	for _, l := range []storage.Label{{Name: "business", Value: business}, {Name: "module", Value: module}, {Name: "node", Value: node}, {Name: "process", Value: process}} {
		if l.Value != "" {
			labels = append(labels, l)
		}
	}
	return w.r.Enter(labels)
}

func (w *world) close(minute int) *Frame { return w.r.Close(start + int64(minute)*60) }

func (w *world) want(f *Frame, id string, want Value) {
	w.t.Helper()
	got := f.At(w.tree.Find(id).Index)
	for i, x := range want.Numbers() {
		if g := got.Numbers()[i]; g != x && !(math.IsNaN(g) && math.IsNaN(x)) && !(math.Abs(g-x) <= 1e-9) {
			w.t.Errorf("%s: %s = %v, want %v", id, Suffixes[i], g, x)
		}
	}
}

// at is second s of minute m, in milliseconds.
func at(m, s int) int64 { return (start + int64(m)*60 + int64(s)) * 1000 }

func loads(load, highest, devices, silent float64) Value {
	v := Unknown()
	v.Load, v.LoadMax, v.Devices, v.Silent = load, highest, devices, silent
	return v
}

func TestLoadIsTheMeanOverDevices(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.series("load", "B", "m1", "n1", ""), w.series("load", "B", "m1", "n2", "")
	c := w.series("load", "B", "m2", "n3", "")
	a.Add(at(0, 5), 10)
	a.Add(at(0, 35), 30) // the device's minute: 20
	b.Add(at(0, 20), 40)
	c.Add(at(0, 59), 90)
	f := w.close(0)
	w.want(f, "B/m1", loads(30, 40, 2, 0))
	w.want(f, "B/m2", loads(90, 90, 1, 0))
	w.want(f, "B", loads(50, 90, 3, 0)) // three devices weigh the same
}

func TestAggregates(t *testing.T) {
	f := func(word string, want float64) {
		t.Helper()
		a, err := ParseAggregate(word)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, func(o *Options) { o.LoadAggregate = a })
		c := w.series("load", "B", "m", "n", "")
		for i, v := range []float64{20, 50, 5, 25} {
			c.Add(at(0, i), v)
		}
		w.want(w.close(0), "B/m", loads(want, want, 1, 0))
	}

	f("", 25)
	f("avg", 25)
	f("max", 50)
	f("min", 5)
	f("sum", 100)
	f("last", 25)
	if _, err := ParseAggregate("median"); err == nil {
		t.Error("median was accepted")
	}
}

func TestSilentDeviceLeavesAndIsNeverZero(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.series("load", "B", "m", "n1", ""), w.series("load", "B", "m", "n2", "")
	for m := range 2 {
		a.Add(at(m, 10), 10)
		b.Add(at(m, 10), 30)
		w.close(m)
	}
	for m := 2; m < 8; m++ {
		a.Add(at(m, 10), 10)
		f := w.close(m)
		if m < 5 { // b's last value stands in for three minutes
			w.want(f, "B/m", loads(20, 30, 2, 0))
		} else {
			w.want(f, "B/m", loads(10, 10, 1, 1))
		}
	}
	for m := 8; m < 8+24*60; m += 30 {
		a.Add(at(m, 10), 10)
		w.close(m)
	}
	a.Add(at(24*60+8, 10), 10)
	w.want(w.close(24*60+8), "B/m", loads(10, 10, 1, 0)) // after a day it is forgotten
}

func TestWholeModuleSilentIsUnknown(t *testing.T) {
	w := newWorld(t, nil)
	w.series("load", "B", "m", "n1", "").Add(at(0, 10), 10)
	w.close(0)
	v := Unknown()
	v.Silent = 1
	w.want(w.close(10), "B/m", v)
	w.want(w.close(10), "B", v)
}

func TestRareSenderCountsBetweenItsSamples(t *testing.T) {
	w := newWorld(t, nil)
	c := w.series("load", "B", "m", "n", "")
	for m := range 30 {
		if m%5 == 0 {
			c.Add(at(m, 0), float64(m))
		}
		if f := w.close(m); m > 5 { // once two samples told the interval
			w.want(f, "B/m", loads(float64(m-m%5), float64(m-m%5), 1, 0))
		}
	}
}

func busy(seconds, processes float64) Value {
	v := Unknown()
	v.Busy, v.Processes = seconds, processes
	return v
}

func TestCounterGrowthOfAMinute(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.series("busy", "B", "m", "n1", "1"), w.series("busy", "B", "m", "n1", "2")
	for s := 0; s < 180; s += 15 {
		a.Add(at(0, s), float64(s)*0.5)
		b.Add(at(0, s), float64(s)*0.25)
		if s%60 == 45 {
			f := w.close(s / 60)
			w.want(f, "B/m", busy(45, 2)) // 30 + 15 seconds of work; the first, short minute is scaled
		}
	}
}

func TestCounterReset(t *testing.T) {
	w := newWorld(t, nil)
	c := w.series("busy", "B", "m", "n", "1")
	c.Add(at(0, 0), 1000)
	c.Add(at(0, 30), 1010)
	c.Add(at(1, 0), 6) // restarted: has done 6 since
	c.Add(at(1, 30), 16)
	w.want(w.close(0), "B/m", busy(20, 1))
	w.want(w.close(1), "B/m", busy(16, 1))
}

func TestFirstSampleOfACounterIsNoGrowth(t *testing.T) {
	w := newWorld(t, nil)
	w.series("busy", "B", "m", "n", "1").Add(at(0, 30), 1e6)
	w.want(w.close(0), "B/m", Unknown())
}

func TestProcessWithTwoCountersIsOne(t *testing.T) {
	w := newWorld(t, nil)
	b, r := w.series("busy", "B", "m", "n", "1"), w.series("requests", "B", "m", "n", "1")
	for s := 0; s < 60; s += 30 {
		b.Add(at(0, s), float64(s))
		r.Add(at(0, s), float64(10*s))
	}
	v := busy(60, 1)
	v.Requests = 600
	w.want(w.close(0), "B/m", v)
}

func TestLateSampleIsReportedOncePerHour(t *testing.T) {
	w := newWorld(t, nil)
	c := w.series("load", "B", "m", "n", "")
	w.close(0)
	for range 3 {
		c.Add(at(0, 10), 5)
	}
	if w.late["B/m"] != 1 {
		t.Errorf("reported %d times, want once", w.late["B/m"])
	}
	c.Add(at(-120, 0), 5)
	if w.late["B/m"] != 2 {
		t.Errorf("another hour: reported %d times in all, want 2", w.late["B/m"])
	}
	w.r.ForgetLate()
	c.Add(at(-120, 10), 5)
	if w.late["B/m"] != 3 {
		t.Errorf("after the hour was taken up: reported %d times in all, want 3", w.late["B/m"])
	}
}

func TestSenderSeenBeforeTheStartStillCounts(t *testing.T) {
	w := newWorld(t, nil) // the log is replayed: its samples are late
	w.series("load", "B", "m", "n", "").Add(at(-1, 30), 42)
	w.want(w.close(0), "B/m", loads(42, 42, 1, 0))
}

func TestStalenessMarkersAndNaNAreNoValues(t *testing.T) {
	w := newWorld(t, nil)
	c := w.series("load", "B", "m", "n", "")
	c.Add(at(0, 10), math.NaN())
	c.Add(at(0, 20), math.Float64frombits(0x7ff0000000000002))
	w.want(w.close(0), "B/m", Unknown())
}

func TestPaths(t *testing.T) {
	w := newWorld(t, nil)
	if c := w.series("load", "", "", "n", ""); c != nil || w.r.Unassigned() != 1 {
		t.Errorf("a series outside the tree got cell %v, counted %d", c, w.r.Unassigned())
	}
	if c := w.series("other", "B", "m", "n", ""); c != nil {
		t.Error("a metric that is no signal got a cell")
	}
	w.series("load", "", "m", "n", "").Add(at(0, 1), 7)
	w.want(w.close(0), "none/m", loads(7, 7, 1, 0))
}

// A node's matchers are those of no other node, above or below it.
func TestSelectIsOneNode(t *testing.T) {
	tree := fleet.NewTree([]string{"business", "product", "module"})
	tree.Add(fleet.Path{"B", "P", "m"})
	for _, asked := range tree.Nodes() {
		for _, n := range tree.Nodes() {
			got := storage.MatchesAll(Select(asked, tree.Levels(), LoadPercent), Labels(n, tree.Levels(), LoadPercent))
			if got != (n == asked) {
				t.Errorf("the matchers of %s match the series of %s: %v", asked.ID, n.ID, got)
			}
		}
	}
}

// One sample of a clock that is a year ahead does not stop a sender's minutes.
func TestSampleFarAhead(t *testing.T) {
	w := newWorld(t, nil)
	c, b := w.series("load", "B", "m", "n", ""), w.series("busy", "B", "m", "n", "1")
	for m := range 12 {
		if m == 2 {
			c.Add(at(365*24*60, 0), 99)
			b.Add(at(365*24*60, 0), 1e9)
		}
		c.Add(at(m, 10), float64(m))
		b.Add(at(m, 10), float64(30*m))
		f := w.close(m)
		if m == 0 {
			continue // no growth yet
		}
		v := loads(float64(m), float64(m), 1, 0)
		v.Busy, v.Processes = 30, 1
		w.want(f, "B/m", v)
	}
	w.want(w.close(30), "B/m", Value{Load: math.NaN(), LoadMax: math.NaN(), Devices: math.NaN(), Silent: 1,
		Processes: math.NaN(), Busy: math.NaN(), Requests: math.NaN()})
}
