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

// Seeds of the suite: each kind of scenario once for those who tune, and once apart.
const (
	tuningSeed  = 1
	heldOutSeed = 7001
)

// fleetSize is the number of modules of the suite's fleets.
const fleetSize = 1000

// suite makes every kind of scenario with a seed.
func suite(seed uint64, heldOut bool) (all []*Scenario) {
	for i, t := range templates {
		all = append(all, t.scenario(seed+uint64(i), heldOut))
	}
	return all
}

func (t template) scenario(seed uint64, heldOut bool) *Scenario {
	s, _ := t.with(seed)
	s.HeldOut = heldOut
	return s
}

// with returns a scenario and its fleet.
func (t template) with(seed uint64) (*Scenario, *fleet) {
	rng := rand.New(rand.NewPCG(seed, 99))
	m := &making{Scenario: &Scenario{Name: t.name, Seed: seed, Modules: fleetSize, Resend: 60}, fleet: newFleet(rng, fleetSize), rng: rng}
	t.make(m)
	return m.finish(), m.fleet
}
