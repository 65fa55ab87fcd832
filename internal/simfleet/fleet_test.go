package simfleet

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"headroom/storage"
)

var now = time.Date(2026, 11, 22, 13, 37, 0, 0, time.UTC)

func newFleet(modules int) *Fleet { return New(Options{Modules: modules, Seed: 7, Now: now}) }

func TestSizeIsThatOfTheTalk(t *testing.T) {
	f := newFleet(2428)
	if len(f.Modules) != 2428 {
		t.Fatalf("got %d modules", len(f.Modules))
	}
	if mean := float64(f.Devices()) / 2428; mean < 8 || mean > 10.5 {
		t.Errorf("got %.2f devices a module, want about 9", mean)
	}
	seen := map[string]bool{}
	kinds := map[string]int{}
	for _, m := range f.Modules {
		if len(m.Path) != 4 {
			t.Fatalf("path %q", m.Path)
		}
		for _, d := range m.Devices {
			if seen[d.Node] {
				t.Fatalf("node %s twice", d.Node)
			}
			seen[d.Node] = true
		}
		if n := len(m.Devices); n < 2 || n > 60 {
			t.Errorf("%q has %d devices", m.Path, n)
		}
		kinds["new"] += btoi(m.From != 0)
		kinds["dead"] += btoi(m.Until != 0)
		kinds["shifted"] += btoi(m.ShiftAt != 0)
		kinds["growing"] += btoi(m.GrowthPerDay > 0.005)
	}
	for _, kind := range []string{"new", "dead", "shifted", "growing"} {
		if kinds[kind] < 10 {
			t.Errorf("%d %s modules, want some", kinds[kind], kind)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestPathsAreUnique(t *testing.T) {
	f := newFleet(2428)
	for i := 1; i < len(f.Modules); i++ {
		if slices.Compare(f.Modules[i-1].Path, f.Modules[i].Path) >= 0 {
			t.Fatalf("%q before %q", f.Modules[i-1].Path, f.Modules[i].Path)
		}
	}
}

func TestSameOptionsSameFleet(t *testing.T) {
	a, b := newFleet(50), newFleet(50)
	if !reflect.DeepEqual(a.Modules, b.Modules) {
		t.Error("two fleets of the same options differ")
	}
	if c := New(Options{Modules: 50, Seed: 8, Now: now}); reflect.DeepEqual(a.Modules, c.Modules) {
		t.Error("another seed gives the same fleet")
	}
}

// A consumer evening peak is where it belongs, in the zone of the users.
func TestDayFollowsTheZone(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*3600)
	f := New(Options{Modules: 240, Now: now, Location: zone})
	var at [24]float64
	for _, m := range f.Modules {
		if m.Path[0] == "Social" {
			for h := range at {
				at[h] += f.Load(m, time.Date(2026, 11, 18, h, 0, 0, 0, zone))
			}
		}
	}
	highest := 0
	for h := range at {
		if at[h] > at[highest] {
			highest = h
		}
	}
	if highest < 20 || highest > 22 {
		t.Errorf("highest at %d o'clock, want the evening", highest)
	}
}

func TestLoadsArePercentAndSpread(t *testing.T) {
	f := newFleet(240)
	near := 0
	for _, m := range f.Modules {
		peak := 0.0
		for k := range 288 {
			v := f.Load(m, now.Add(-time.Duration(k)*5*time.Minute))
			if v < 0.3 || v > 99 || math.IsNaN(v) {
				t.Fatalf("%q: load %v", m.Path, v)
			}
			peak = max(peak, v)
		}
		near += btoi(peak > 50)
	}
	if near < 5 || near > 80 {
		t.Errorf("%d of 240 modules above 50 %%, want some but not most", near)
	}
}

// collect keeps what a fleet emits, by the labels.
type collect map[string][]storage.Sample

func (c collect) emit(rows []storage.Series) error {
	for _, r := range rows {
		id := ""
		for _, l := range r.Labels {
			id += l.Name + "=" + l.Value + ","
		}
		c[id] = append(c[id], r.Samples...)
	}
	return nil
}

func TestLiveMinutesJoinHistory(t *testing.T) {
	f, history, live := newFleet(20), collect{}, collect{}
	from := now.Add(-10 * time.Minute)
	if err := f.History(from, now, time.Minute, history.emit, nil); err != nil {
		t.Fatal(err)
	}
	other := newFleet(20)
	for at := from; at.Before(now); at = at.Add(time.Minute) {
		if err := other.Minute(at, live.emit); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range history {
		if !slices.Equal(live[id], want) {
			t.Fatalf("%s: live %v, history %v", id, live[id], want)
		}
	}
	if len(history) < 50 {
		t.Errorf("only %d series", len(history))
	}
}

func TestCountersDependOnTheTimeAlone(t *testing.T) {
	f, apart := newFleet(5), collect{}
	for _, back := range []time.Duration{0, 30 * time.Minute, 90 * time.Second} {
		at := collect{}
		if err := newFleet(5).Minute(now.Add(-back), at.emit); err != nil {
			t.Fatal(err)
		}
		if err := f.Minute(now.Add(-back), apart.emit); err != nil {
			t.Fatal(err)
		}
		for id, want := range at {
			if got := apart[id]; got[len(got)-1] != want[0] {
				t.Fatalf("%s %v ago: %v, then %v", id, back, got[len(got)-1], want[0])
			}
		}
	}
	for id, s := range apart {
		if id[:len("__name__=headroom_load")] != "__name__=headroom_load" && !(s[1].Value < s[2].Value && s[2].Value < s[0].Value) {
			t.Fatalf("%s does not grow: %v", id, s)
		}
	}
}

func TestRollupIsThatOfTheDevices(t *testing.T) {
	f, devices, rollup := newFleet(30), collect{}, collect{}
	from := now.Add(-30 * time.Minute)
	if err := f.History(from, now, 5*time.Minute, devices.emit, nil); err != nil {
		t.Fatal(err)
	}
	steps := 0
	if err := f.RollupHistory(from, now, 5*time.Minute, rollup.emit, func(done, _ int) { steps = done }); err != nil {
		t.Fatal(err)
	}
	if steps != 6 {
		t.Errorf("progress ended at %d of 6 steps", steps)
	}
	sum, n := 0.0, 0
	for _, samples := range devices {
		if last := samples[len(samples)-1]; last.Timestamp == now.Add(-5*time.Minute).UnixMilli() {
			sum += last.Value
			n++
		}
	}
	got, count := 0.0, 0.0
	for _, g := range f.groups {
		if len(g.path) == 1 {
			key := "__name__=headroom_group_%s,business=" + g.path[0] + ","
			d := last(rollup[fmt.Sprintf(key, "devices")])
			got += last(rollup[fmt.Sprintf(key, "load_percent")]) * d
			count += d
		}
	}
	if int(count) != n || math.Abs(got-sum) > 1e-6 {
		t.Errorf("businesses add up to %v on %v devices, the devices to %v on %d", got, count, sum, n)
	}
}

func last(s []storage.Sample) float64 {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].Value
}

func TestEmitMayEndTheHistory(t *testing.T) {
	full := errors.New("disk full")
	err := newFleet(5).History(now.Add(-time.Hour), now, time.Minute, func([]storage.Series) error { return full }, nil)
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

// BenchmarkHistory shows the price of a sample.
func BenchmarkHistory(b *testing.B) {
	f, n := newFleet(240), 0
	for b.Loop() {
		_ = f.History(now.AddDate(0, 0, -7), now, 5*time.Minute, func(rows []storage.Series) error {
			for _, r := range rows {
				n += len(r.Samples)
			}
			return nil
		}, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
}
