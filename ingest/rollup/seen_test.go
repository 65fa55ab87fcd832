package rollup

import (
	"reflect"
	"testing"

	"headroom/storage/fleet"
)

func TestEachDeviceTellsWhereItStandsAndWhetherItIsSilent(t *testing.T) {
	w := domainWorld(t)
	w.device("m", "n1", "rack=r1", "site=s1").Add(at(1, 0), 10)
	w.device("other", "n1", "rack=r1", "site=s1").Add(at(1, 0), 10)
	w.device("m", "n2").Add(at(1, 0), 10)
	for m := 1; m <= 10; m++ {
		w.device("m", "n1", "rack=r1", "site=s1").Add(at(m, 0), 10)
		w.close(m)
	}
	type seen struct {
		at     []DomainValue
		silent bool
	}
	got := map[string]seen{}
	w.r.EachDevice(func(d Device) { got[d.Module.ID+" "+d.Name] = seen{d.At, d.Silent} })
	home := []DomainValue{{"rack", "r1"}, {"site", "s1"}}
	want := map[string]seen{"b/m n1": {home, false}, "b/other n1": {home, true}, "b/m n2": {nil, true}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDevicesUnderAPathHaveTheirLoad(t *testing.T) {
	w := domainWorld(t)
	w.device("m", "n1").Add(at(1, 0), 10)
	w.device("m", "n2").Add(at(1, 30), 30)
	w.device("other", "n3").Add(at(1, 0), 50)
	w.close(1)
	for path, want := range map[string]map[string]float64{"b/m": {"n1": 10, "n2": 30}, "b": {"n1": 10, "n2": 30, "n3": 50}, "b/none": {}} {
		p, err := fleet.ParseID(path)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		w.r.DevicesUnder(p, func(d Device) { got[d.Name] = d.Load })
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
