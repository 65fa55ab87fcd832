package rollup

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"headroom/storage"
	"headroom/storage/fleet"
)

func domainWorld(t *testing.T) *world {
	return newWorld(t, func(o *Options) { o.Domains = []string{"rack", "site"} })
}

// device returns the cell of a device's load series, with labels such as
// "rack=r1".
func (w *world) device(module, node string, at ...string) *Cell {
	labels := []storage.Label{{Name: storage.MetricName, Value: "load"}, {Name: "business", Value: "b"}, {Name: "module", Value: module}, {Name: "node", Value: node}}
	for _, pair := range at {
		name, value, _ := strings.Cut(pair, "=")
		labels = append(labels, storage.Label{Name: name, Value: value})
	}
	return w.r.Enter(labels)
}

func (w *world) domains(f *Frame, id string) []Domain {
	w.t.Helper()
	n := w.tree.Find(id)
	if n == nil {
		w.t.Fatalf("no node %s", id)
	}
	return f.Domains(n.Index)
}

func (w *world) wantDomains(f *Frame, id string, want ...Domain) {
	w.t.Helper()
	if got := w.domains(f, id); !slices.Equal(got, want) {
		w.t.Errorf("%s: %v, want %v", id, got, want)
	}
}

func TestDomainsAreCountedByLabel(t *testing.T) {
	w := domainWorld(t)
	for i, rack := range []string{"r1", "r1", "r2"} {
		w.device("m", fmt.Sprint(i), "rack="+rack, "site=s1").Add(at(1, 0), 10)
	}
	w.device("m", "3", "site=s2").Add(at(1, 0), 10)
	w.device("other", "4", "rack=r2", "site=s1").Add(at(1, 0), 10)
	f := w.close(1)
	w.wantDomains(f, "b/m", Domain{"site", "s1", 3}, Domain{"rack", "r1", 2}, Domain{"rack", "r2", 1}, Domain{"site", "s2", 1})
	w.wantDomains(f, "b", Domain{"site", "s1", 4}, Domain{"rack", "r1", 2}, Domain{"rack", "r2", 2}, Domain{"site", "s2", 1})
}

func TestDomainsFollowTheDevices(t *testing.T) {
	w := domainWorld(t)
	stays, moves := w.device("m", "1", "rack=r1"), w.device("m", "2", "rack=r1")
	for m := 1; m <= 20; m++ {
		stays.Add(at(m, 0), 10)
	}
	moves.Add(at(1, 0), 10)
	w.wantDomains(w.close(1), "b", Domain{"rack", "r1", 2})
	w.device("m", "2", "rack=r2").Add(at(2, 0), 10)
	w.wantDomains(w.close(2), "b", Domain{"rack", "r1", 1}, Domain{"rack", "r2", 1})
	w.wantDomains(w.close(20), "b", Domain{"rack", "r1", 1}) // the silent one is lost already
}

func TestDomainsWithoutLabels(t *testing.T) {
	w := domainWorld(t)
	c := w.device("m", "1")
	if got := w.domains(w.close(1), "b/m"); got != nil {
		t.Errorf("before the first device: %v, want unknown", got)
	}
	c.Add(at(2, 0), 10)
	if got := w.domains(w.close(2), "b/m"); got == nil || len(got) > 0 {
		t.Errorf("with a device that has no label: %#v, want none, but known", got)
	}
	if got := (&Frame{}).Domains(3); got != nil {
		t.Errorf("stored minute: %v, want unknown", got)
	}
}

// Domains are counted anew only where devices moved: whatever happens, they are
// what counting all devices gives.
func TestDomainsTwin(t *testing.T) {
	w := domainWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	type device struct{ module, node, rack string }
	for m := 1; m <= 60; m++ {
		seen := map[device]bool{}
		for range rng.IntN(8) {
			d := device{fmt.Sprint("m", rng.IntN(4)), fmt.Sprint(rng.IntN(6)), fmt.Sprint("r", rng.IntN(3))}
			w.device(d.module, d.node, "rack="+d.rack).Add(at(m, rng.IntN(60)), 1)
			seen[d] = true
		}
		f := w.close(m)
		for _, n := range w.tree.Nodes() {
			if got, want := f.Domains(n.Index), w.countAll(n); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("minute %d, %s: %v, want %v", m, n.ID, got, want)
			}
		}
	}
}

// countAll counts a node's domains from its devices, as the newest close saw
// them.
func (w *world) countAll(n *fleet.Node) (out []Domain) {
	count := map[domainName]int{}
	for i, m := range w.r.modules {
		if m == nil || !w.tree.Nodes()[i].Path.Under(n.Path) {
			continue
		}
		for _, d := range m.devices {
			if _, alive := d.at(w.r.Closed(), w.r.opts.DeviceTimeout, Avg); alive {
				count[domainName{"rack", d.place.values[0]}]++
			}
		}
	}
	for name, devices := range count {
		out = append(out, Domain{name.label, name.value, devices})
	}
	slices.SortFunc(out, func(a, b Domain) int {
		return cmp.Or(b.Devices-a.Devices, strings.Compare(a.Value, b.Value))
	})
	return out
}
