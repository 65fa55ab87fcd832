package analytics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/analytics/whatif"
	"headroom/ingest/rollup"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage"
)

// fleetOf shows three modules that share racks: two of ten devices and one of
// four, which stands in one rack alone. Their loads grow by a fifth of a point a day.
func fleetOf(t testing.TB, now time.Time) *Snapshot {
	t.Helper()
	w, rng := newWorld(t, now), rand.New(rand.NewPCG(1, 2))
	start := now.AddDate(0, 0, -60)
	for _, module := range []string{"a", "b", "c"} {
		var samples []storage.Sample
		for at := start; at.Before(now); at = at.Add(5 * time.Minute) {
			v := noisyLoad(at, rng)*0.5 + at.Sub(start).Hours()/24*0.2
			samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v})
		}
		w.history(module, samples)
	}
	m := Classic(shanghai)
	m.Name = ModelCalibrated
	w.loop.SetModel(m)
	if err := w.loop.Learn(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	for d := range 10 {
		w.pushFrom("a", d, fmt.Sprintf("r%d", d%3), now, 40)
		w.pushFrom("b", d, fmt.Sprintf("r%d", d%2), now, 40)
	}
	for d := range 4 {
		w.pushFrom("c", d, "r9", now, 40)
	}
	w.loop.Evaluate(context.Background(), now.Unix())
	return w.loop.Snapshot()
}

// pushFrom sends the load of one device in a rack.
func (w *world) pushFrom(module string, device int, rack string, at time.Time, load float64) {
	p := modulePath(module)
	labels := []storage.Label{
		{Name: storage.MetricName, Value: "headroom_load_percent"},
		{Name: "business", Value: p[0]}, {Name: "module", Value: p[3]}, {Name: "node", Value: fmt.Sprint(module, device)},
		{Name: "product", Value: p[1]}, {Name: "rack", Value: rack}, {Name: "service", Value: p[2]},
	}
	w.rollup.Enter(labels).Add(at.Add(time.Second).UnixMilli(), load)
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)

const (
	moduleA = "Qzone/WNS/dispatch/a"
	moduleC = "Qzone/WNS/dispatch/c"
)

func whatIf(t *testing.T, s *Snapshot, sc whatif.Scenario) *WhatIf {
	t.Helper()
	out, err := s.WhatIf(sc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// of returns a node's row, nil if nothing changes for it.
func (w *WhatIf) of(id string) *WhatIfRow {
	for i := range w.Rows {
		if w.Rows[i].ID == id {
			return &w.Rows[i]
		}
	}
	return nil
}

// A scenario that comes to nothing leaves every number as the table has it.
func TestWhatIfNothing(t *testing.T) {
	s := fleetOf(t, noon)
	out := whatIf(t, s, whatif.Scenario{
		Loads:    []whatif.Load{{Uplift: 2, From: "2026-12-01", To: "2026-12-03"}, {Uplift: 0.5, From: "2026-12-01", To: "2026-12-03"}, {Path: "Qzone", Uplift: 1}},
		Devices:  []whatif.Devices{{Path: moduleA, Change: 2}, {Path: moduleA, Change: -2}},
		LeadTime: 30, TargetLoad: 60,
	})
	if len(out.Rows) != 0 || out.Before != out.After || out.Modules != 3 || out.Unknown != 0 {
		t.Errorf("%+v", out)
	}
}

func TestWhatIfMoreLoad(t *testing.T) {
	s := fleetOf(t, noon)
	out := whatIf(t, s, whatif.Scenario{Loads: []whatif.Load{{Path: moduleA, Uplift: 1.5}}})
	r := out.of(moduleA)
	if r == nil || out.of(moduleC) != nil || len(out.Rows) != 4 { // and the three nodes above
		t.Fatalf("%+v", out.Rows)
	}
	if b, a := r.Before, r.After; !close2(a.PeakToday, 1.5*b.PeakToday) || !close2(a.PeakAtRisk, 1.5*b.PeakAtRisk) ||
		a.DevicesNeeded < 1.5*b.DevicesNeeded-2 || a.DevicesNeeded > 1.5*b.DevicesNeeded+1 || a.FullOn.Value >= b.FullOn.Value ||
		!close2(a.Headroom, 100*(60-a.PeakToday)/60) {
		t.Errorf("before %+v\nafter %+v", b, a)
	}
	if !r.FillsUp || out.Before.FillUp != 0 || out.After.FillUp != 1 {
		t.Errorf("fills up: %v, %d, then %d", r.FillsUp, out.Before.FillUp, out.After.FillUp)
	}
	top := out.of("Qzone")
	if top.After.DevicesNeeded-top.Before.DevicesNeeded != r.After.DevicesNeeded-r.Before.DevicesNeeded || top.After.PeakToday <= top.Before.PeakToday {
		t.Errorf("above: %+v", top)
	}
	// An event of three weeks hence changes neither today nor what is due before it.
	later := whatIf(t, s, whatif.Scenario{Loads: []whatif.Load{{Path: moduleA, Uplift: 1.5, From: "2026-12-13", To: "2026-12-15"}}}).of(moduleA)
	if b, a := later.Before, later.After; a.PeakToday != b.PeakToday || !(b.PeakAtRisk < a.PeakAtRisk && a.PeakAtRisk <= r.After.PeakAtRisk) {
		t.Errorf("event: before %+v\nafter %+v", b, a)
	}
}

func close2(a, b Number) bool { return math.Abs(float64(a-b)) <= 1e-9*math.Abs(float64(b)) }

// The work stays when devices come or go: what is needed is the same but for
// rounding, what is requested differs by as many.
func TestWhatIfDevices(t *testing.T) {
	s := fleetOf(t, noon)
	for _, change := range []int{-6, -1, 3, 40} {
		r := whatIf(t, s, whatif.Scenario{Devices: []whatif.Devices{{Path: moduleA, Change: change}}}).of(moduleA)
		if b, a := r.Before, r.After; a.Devices != 10+Number(change) || math.Abs(float64(a.DevicesNeeded-b.DevicesNeeded)) > 1 ||
			a.DevicesToRequest != max(0, a.DevicesNeeded-a.Devices) || !close2(a.PeakToday*a.Devices, b.PeakToday*b.Devices) {
			t.Errorf("%+d: before %+v\nafter %+v", change, b, a)
		}
	}
}

func TestWhatIfLostDomain(t *testing.T) {
	s := fleetOf(t, noon)
	out := whatIf(t, s, whatif.Scenario{Lost: []whatif.Domain{{Label: "rack", Value: "r0"}}})
	r := out.of(moduleA) // 4 of 10 devices; the largest left has 3
	if a := r.After; a.Devices != 6 || !close2(a.HeadroomAfterLoss, Number(Headroom(float64(a.PeakToday)*6/3, 60))) {
		t.Errorf("after %+v", a)
	}
	if top := out.of("Qzone"); top.After.Devices != 24-4-5 || top.Before.Devices != 24 {
		t.Errorf("above: %+v", top)
	}
	// Named for a part and for all it is lost once.
	twice := whatIf(t, s, whatif.Scenario{Lost: []whatif.Domain{{Label: "rack", Value: "r0", Path: moduleA}, {Label: "rack", Value: "r0"}}})
	if a := twice.of(moduleA).After; !a.same(&r.After) || twice.After != out.After {
		t.Errorf("lost twice: %+v", a)
	}
	c, err := s.change(&twice.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	top := s.Find("Qzone")
	if left := c.groupLeft(top, c.lostBelow()[top]); !slices.Equal(left, []rollup.Domain{{Label: "rack", Value: "r1", Devices: 8}, {Label: "rack", Value: "r9", Devices: 4}, {Label: "rack", Value: "r2", Devices: 3}}) {
		t.Errorf("left above: %+v", left)
	}
	// A module that stands in one rack has nothing left, and its work is to be
	// brought elsewhere.
	all := whatIf(t, s, whatif.Scenario{Lost: []whatif.Domain{{Label: "rack", Value: "r9"}}}).of(moduleC)
	if b, a := all.Before, all.After; a.Devices != 0 || a.DevicesNeeded != b.DevicesNeeded || a.DevicesToRequest != a.DevicesNeeded ||
		a.Headroom.Known() || a.PeakToday.Known() || a.FullOn.Value != "2026-11-22" || !strings.Contains(all.Reason, "no device is left") {
		t.Errorf("before %+v\nafter %+v, %q", b, a, all.Reason)
	}
}

func TestWhatIfLeadTimeAndTarget(t *testing.T) {
	s := fleetOf(t, noon)
	for _, sc := range []whatif.Scenario{{LeadTime: 90}, {TargetLoad: 40}} {
		out := whatIf(t, s, sc)
		if out.After.DevicesNeeded <= out.Before.DevicesNeeded || len(out.Rows) != 6 {
			t.Errorf("%+v: %+v, then %+v, %d rows", sc, out.Before, out.After, len(out.Rows))
		}
	}
	if out := whatIf(t, s, whatif.Scenario{LeadTime: 90}); out.After.LeadDays != 90 || out.Before.LeadDays != 30 || s.Growth[0].HorizonDays != 30 {
		t.Errorf("%+v, %+v; the table's is %d", out.Before, out.After, s.Growth[0].HorizonDays)
	}
}

// Everything that the fleet does not have is told at once.
func TestWhatIfFaults(t *testing.T) {
	_, err := fleetOf(t, noon).WhatIf(whatif.Scenario{
		Loads:   []whatif.Load{{Path: "Qzone/no", Uplift: 2}, {Uplift: 2, To: "2026-11-21"}},
		Lost:    []whatif.Domain{{Label: "rack", Value: "r7"}},
		Devices: []whatif.Devices{{Path: "Qzone", Change: 1}, {Path: moduleC, Change: -5}, {Path: "x", Change: 1}},
	})
	if !errors.Is(err, ErrNoNode) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{
		`loads[0].path: "Qzone/no"`, "loads[1].to: want today (2026-11-22) or later, got 2026-11-21",
		`lost[0]: no device reports with rack="r7"; there is r0, r1, r2, r9`,
		`devices[0].path: want a module, got "Qzone", which has 3 below it`,
		"devices[1].change: " + moduleC + " has 4 devices, so 5 cannot be taken", `devices[2].path: "x"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
	phrasestest.Refusal(t, err)
}

// A module without history, or whose devices are silent, is counted as unknown.
func TestWhatIfUnknown(t *testing.T) {
	w := newWorld(t, noon)
	w.push("new", noon.Add(time.Second), 2, 30)
	w.loop.Evaluate(context.Background(), noon.Unix())
	if out := whatIf(t, w.loop.Snapshot(), whatif.Scenario{Loads: []whatif.Load{{Uplift: 2}}}); out.Unknown != 1 || out.Modules != 0 || len(out.Rows) != 0 {
		t.Errorf("%+v", out)
	}
}

// The order of a node above modules is explained by the sum that the table shows.
func TestOrderOfAGroupIsExplained(t *testing.T) {
	w, rng := newWorld(t, noon), rand.New(rand.NewPCG(1, 2))
	w.noisyHistory("m", noon, 20, rng)
	top := storage.Series{Labels: rollup.Labels(w.tree.Find("Qzone"), w.tree.Levels(), rollup.LoadPercent)}
	for at := noon.AddDate(0, 0, -20); at.Before(noon); at = at.Add(5 * time.Minute) {
		top.Samples = append(top.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: noisyLoad(at, rng)})
	}
	if err := w.store.Write(t.Context(), []storage.Series{top}); err != nil {
		t.Fatal(err)
	}
	if err := w.loop.Learn(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	w.minute(noon, 40)
	for _, model := range []string{ModelCalibrated, ModelClassic} {
		s, err := w.loop.Snapshot().Of(model)
		if err != nil {
			t.Fatal(err)
		}
		g, e := s.Growth[s.Find("Qzone")], w.explain("order:Qzone", model)
		last := e.Steps[len(e.Steps)-1]
		if !g.DevicesNeeded.Known() || last.Name != "order" || last.Numbers != g.Reason || last.Result != num(float64(g.DevicesToRequest)) {
			t.Errorf("%s: %+v, the table says %q", model, last, g.Reason)
		}
	}
}
