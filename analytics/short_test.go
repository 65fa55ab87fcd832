package analytics

import "testing"

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
