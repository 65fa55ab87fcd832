package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"headroom/internal/simfleet"
)

// module is a service with the devices it runs on and what it shares with others.
type module struct {
	path     [4]string // business, product, service, module
	devices  []device
	proxy    string
	version  string // of the package that it runs
	upstream []*module
}

type device struct{ node, rack, site string }

func (m *module) id() string {
	return strings.NewReplacer("%", "%25").Replace(strings.Join(m.path[:], "/")) // no name has a slash
}

// fleet is the demo's fleet, behind pools of proxies, with modules that others call.
type fleet struct {
	modules   []*module
	pools     []string // the first one has 300 modules
	upstreams []*module
	racks     []string
	sites     []string
}

const (
	bigPool     = 300 // modules
	pools       = 8
	upstreams   = 6
	packageName = "libnet"
)

func newFleet(rng *rand.Rand, n int) *fleet {
	f := &fleet{}
	demo := simfleet.New(simfleet.Options{Modules: n, Seed: rng.Uint64(), Now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)})
	known := map[string]bool{}
	for _, d := range demo.Modules {
		m := &module{version: fmt.Sprintf("%s-4.%d", packageName, rng.IntN(12))}
		copy(m.path[:], d.Path)
		for _, at := range d.Devices {
			m.devices = append(m.devices, device{at.Node, at.Rack, at.Site})
			if !known[at.Rack] {
				known[at.Rack], f.racks = true, append(f.racks, at.Rack)
			}
			if !known[at.Site] {
				known[at.Site], f.sites = true, append(f.sites, at.Site)
			}
		}
		f.modules = append(f.modules, m)
	}
	f.share(rng)
	return f
}

// share puts the modules behind proxies, and lets some call others.
func (f *fleet) share(rng *rand.Rand) {
	for i := range pools {
		f.pools = append(f.pools, fmt.Sprintf("pool-%d", i))
	}
	order := rng.Perm(len(f.modules))
	for n, i := range order {
		pool := 0
		if n >= bigPool {
			pool = 1 + rng.IntN(pools-1)
		}
		f.modules[i].proxy = f.pools[pool]
	}
	for _, i := range order[:upstreams] {
		up := f.modules[i]
		f.upstreams = append(f.upstreams, up)
		for range 30 + rng.IntN(60) {
			if m := f.modules[rng.IntN(len(f.modules))]; m != up && !m.calls(up) {
				m.upstream = append(m.upstream, up)
			}
		}
	}
}

func (m *module) calls(up *module) bool {
	for _, u := range m.upstream {
		if u == up {
			return true
		}
	}
	return false
}

// labels of an alarm of a module.
func (m *module) labels(name, severity string) map[string]string {
	return map[string]string{
		"alertname": name, "severity": severity,
		"business": m.path[0], "product": m.path[1], "service": m.path[2], "module": m.path[3],
	}
}

// onDevice are the labels of an alarm of one of its devices, as targets are labelled.
func (m *module) onDevice(name, severity string, d device) map[string]string {
	l := m.labels(name, severity)
	l["node"], l["rack"], l["site"] = d.node, d.rack, d.site
	return l
}

// where are the modules that fit.
func (f *fleet) where(fits func(*module) bool) (all []*module) {
	for _, m := range f.modules {
		if fits(m) {
			all = append(all, m)
		}
	}
	return all
}

// each calls do with every device that fits.
func (f *fleet) each(fits func(device) bool, do func(*module, device)) {
	for _, m := range f.modules {
		for _, d := range m.devices {
			if fits(d) {
				do(m, d)
			}
		}
	}
}
