package main

import "math/rand/v2"

// template is a kind of scenario.
type template struct {
	name string
	make func(*making)
}

func anywhere(*module) bool { return true }

func behind(pool string) func(*module) bool {
	return func(m *module) bool { return m.proxy == pool }
}

func notBehind(pool string) func(*module) bool {
	return func(m *module) bool { return m.proxy != pool }
}

var templates = []template{
	{"a proxy pool fails under 300 modules", func(m *making) {
		m.proxyFails(m.pools[0], 60, m.between(30, 60), 0.95)
	}},
	{"a proxy pool fails slowly for a part of its modules", func(m *making) {
		m.proxyFails(m.pools[0], 60, m.between(90, 120), 0.5)
	}},
	{"a small proxy pool fails", func(m *making) {
		m.proxyFails(m.pools[1+m.rng.IntN(pools-1)], 60, m.between(20, 60), 0.9)
	}},
	{"two unrelated incidents inside a proxy's storm", func(m *making) {
		pool := m.pools[0]
		m.single(m.some(behind(pool)), "HighLatency", 0) // the same kind, behind the same proxy, but before it
		m.proxyFails(pool, 300, m.between(30, 60), 0.9)
		m.single(m.some(behind(pool)), "CertificateExpired", 320)
		m.single(m.some(notBehind(pool)), "ErrorRate", 330) // the same kind, elsewhere
	}},
	{"a proxy pool fails twice", func(m *making) {
		m.proxyFails(m.pools[0], 60, m.between(30, 60), 0.9)
		m.proxyFails(m.pools[0], 1500, m.between(30, 60), 0.9)
	}},
	{"a rack dies", func(m *making) {
		m.rackDies(m.racks[m.rng.IntN(len(m.racks)-len(m.sites))], 60)
	}},
	{"two racks of a site die", func(m *making) {
		i := m.rng.IntN(len(m.racks) - 3*len(m.sites))
		m.rackDies(m.racks[i], 60)
		m.rackDies(m.racks[i+len(m.sites)], 70)
	}},
	{"a rack dies and a module elsewhere crashes", func(m *making) {
		rack := m.racks[m.rng.IntN(len(m.racks)-len(m.sites))]
		m.rackDies(rack, 60)
		m.crash(m.some(func(mod *module) bool { return len(mod.devices) > 8 && !mod.stands(rack) }), 65)
	}},
	{"a slow site", func(m *making) {
		m.siteFails(m.sites[m.rng.IntN(len(m.sites))], "SlowAnswers", 60, m.between(30, 90), 0.4)
	}},
	{"a site dies, rack by rack", func(m *making) {
		m.siteFails(m.sites[m.rng.IntN(len(m.sites))], "NodeDown", 60, m.between(30, 60), 1)
	}},
	{"a slow site with two unrelated incidents and five flapping modules", func(m *making) {
		m.flap(5, 0, 900)
		m.siteFails(m.sites[m.rng.IntN(len(m.sites))], "SlowAnswers", 120, m.between(30, 90), 0.5)
		m.single(m.some(anywhere), "DiskFull", 140)
		m.crash(m.some(func(mod *module) bool { return len(mod.devices) > 5 }), 150)
	}},
	{"an upstream module fails", func(m *making) {
		m.upstreamFails(m.upstreams[m.rng.IntN(upstreams)], 60)
	}},
	{"an upstream module and a proxy pool fail at once", func(m *making) {
		m.upstreamFails(m.upstreams[m.rng.IntN(upstreams)], 60)
		m.proxyFails(m.pools[1+m.rng.IntN(pools-1)], 70, m.between(30, 60), 0.9)
	}},
	{"a version of a package breaks", func(m *making) {
		m.packageBreaks(m.some(anywhere).version, 60)
	}},
	{"a rolling change restarts 500 workers", func(m *making) {
		m.rollingChange(500, 60)
	}},
	{"a rolling change in which a disk fills up", func(m *making) {
		nodes := m.rollingChange(500, 60)
		node := nodes[m.rng.IntN(len(nodes))]
		m.each(func(d device) bool { return d.node == node }, func(mod *module, d device) {
			l := mod.onDevice("DiskFull", "critical", d)
			m.Alarms = append(m.Alarms, Alarm{Labels: l, From: 120, To: 900})
			m.incident("DiskFull", 120, mod, l)
		})
	}},
	{"40 flapping modules", func(m *making) {
		m.flap(40, 0, 5400)
	}},
	{"everything at once", func(m *making) {
		m.flap(20, 0, 2700)
		m.rollingChange(300, 30)
		m.proxyFails(m.pools[0], 100, m.between(30, 60), 0.9)
		m.rackDies(m.racks[m.rng.IntN(len(m.racks)-len(m.sites))], 110)
		m.siteFails(m.sites[m.rng.IntN(len(m.sites))], "PacketLoss", 120, m.between(30, 60), 0.5)
		m.single(m.some(behind(m.pools[0])), "CertificateExpired", 130)
		m.single(m.some(anywhere), "DiskFull", 140)
	}},
	{"a slow site while disks fill up in twelve modules", func(m *making) {
		m.siteFails(m.sites[m.rng.IntN(len(m.sites))], "SlowAnswers", 60, m.between(30, 90), 0.5)
		for _, i := range m.rng.Perm(len(m.modules))[:12] { // each for a reason of its own
			mod, at := m.modules[i], m.between(0, 400)
			l := mod.onDevice("DiskFull", "warning", mod.devices[0])
			m.Alarms = append(m.Alarms, Alarm{Labels: l, From: at, To: at + m.between(400, 800)})
			m.incident("DiskFull", at, mod, l)
		}
	}},
}

// stands tells whether a device of the module is in a rack.
func (m *module) stands(rack string) bool {
	for _, d := range m.devices {
		if d.rack == rack {
			return true
		}
	}
	return false
}

// part is one half of the suite, on a fleet of its own: all kinds of scenarios, once
// for those who tune, and once with other seeds on which nobody may tune.
type part struct {
	name    string
	seed    uint64 // of the fleet, and of the first scenario
	heldOut bool
}

var parts = []part{{"tuned", 1, false}, {"held-out", 7001, true}}

// fleetSize is the number of modules of the suite's fleets.
const fleetSize = 1000

func (p part) fleet() *fleet { return newFleet(rand.New(rand.NewPCG(p.seed, 98)), fleetSize) }

// scenarios makes every kind of scenario on the part's fleet.
func (p part) scenarios(f *fleet) (all []*Scenario) {
	for i, t := range templates {
		seed := p.seed + uint64(i)
		m := &making{
			Scenario: &Scenario{Name: t.name, Seed: seed, HeldOut: p.heldOut, Modules: fleetSize, Resend: 60},
			fleet:    f, rng: rand.New(rand.NewPCG(seed, 99)),
		}
		t.make(m)
		all = append(all, m.finish())
	}
	return all
}
