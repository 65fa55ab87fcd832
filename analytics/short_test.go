package analytics

import (
	"testing"

	"headroom/analytics/season"
)

func TestShortageFallsWithDevices(t *testing.T) {
	s := fleetOf(t, noon)
	g := &s.Growth[s.Find(moduleA)]
	enough := int(g.DevicesNeeded - g.Spares - g.Devices)
	if p := s.Shortage(moduleA, enough); !(float64(p) <= float64(g.Risk)+1e-3) {
		t.Errorf("with the devices that are needed: %v; the order takes %v", p, g.Risk)
	}
	before := Number(2)
	for more := enough - 4; more < enough+4; more++ {
		p := s.Shortage(moduleA, more)
		if !p.Known() || p > before || p < 0 || p > 1 {
			t.Errorf("%d more: %v after %v", more, p, before)
		}
		before = p
	}
	if !(s.Shortage(moduleA, enough-1) > g.Risk) {
		t.Errorf("with one less than needed: %v; the order takes %v", s.Shortage(moduleA, enough-1), g.Risk)
	}
	for _, id := range []string{"nowhere", "Qzone", ""} {
		if p := s.Shortage(id, 1); p.Known() {
			t.Errorf("%q: %v", id, p)
		}
	}
	if p := NewSnapshot(s.tree, noon, ModelClassic).Shortage(moduleA, 1); p.Known() {
		t.Errorf("of a snapshot of nothing: %v", p)
	}
}

func TestShortfallsAreTheModulesThatLackDevices(t *testing.T) {
	s := fleetOf(t, noon)
	if all := s.Shortfalls(Filter{}); all == nil || len(all) > 0 {
		t.Errorf("of modules that have enough: %v", all)
	}
	a, b := &s.Growth[s.Find(moduleA)], &s.Growth[s.Find(moduleC)]
	a.DevicesToRequest = 3
	b.FullOn.Value = b.delivery()
	if len(s.Shortfalls(Filter{})) != 1 {
		t.Error("what fills up on the day of the delivery does before it")
	}
	day, _ := season.ParseDate(b.delivery())
	b.FullOn.Value = season.Date(day - 1)
	top := &s.Growth[s.Find("Qzone")]
	top.DevicesToRequest = 3 // the sum, which is no module

	all := s.Shortfalls(Filter{})
	if len(all) != 2 || all[0].ID != moduleA || all[1].ID != moduleC {
		t.Fatalf("%+v", all)
	}
	if short := all[0]; short.FillsUp || short.ShortWithout != s.Shortage(moduleA, 0) || short.ShortWith != s.Shortage(moduleA, 3) || short.Delivery != b.delivery() {
		t.Errorf("that asks for devices: %+v", short)
	}
	if short := all[1]; !short.FillsUp || short.ShortWith != short.ShortWithout {
		t.Errorf("that fills up on the day before the delivery: %+v", short)
	}
	if some := s.Shortfalls(Filter{Search: "nowhere"}); some == nil || len(some) > 0 {
		t.Errorf("of none: %v", some)
	}
	if none := NewSnapshot(s.tree, noon, ModelClassic).Shortfalls(Filter{}); len(none) > 0 {
		t.Errorf("of a snapshot of nothing: %v", none)
	}
}
