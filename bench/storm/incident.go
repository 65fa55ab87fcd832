package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// making is a scenario that is being made.
type making struct {
	*Scenario
	*fleet
	rng *rand.Rand
}

// between draws a time.
func (m *making) between(low, high Seconds) Seconds {
	return low + Seconds(m.rng.Float64())*(high-low)
}

// burst is alarms that begin within a spread and end within a minute of each other.
type burst struct {
	from, spread, length Seconds
	first                []Seconds // when those of the burst begin
}

// ring adds an alarm of a burst.
func (m *making) ring(b *burst, labels map[string]string) {
	at := m.between(b.from, b.from+b.spread)
	b.first = append(b.first, at)
	m.Alarms = append(m.Alarms, Alarm{Labels: labels, From: at, To: m.between(b.from+b.length, b.from+b.length+60)})
}

// cause notes what the burst was for.
func (m *making) cause(b *burst, kind, name string, also ...string) {
	slices.Sort(b.first)
	m.Truth.Causes = append(m.Truth.Causes, Cause{
		Kind: kind, Name: name, Also: also, Rings: len(b.first), From: b.from, Complete: b.first[(len(b.first)-1)/2],
	})
}

// chance tells whether something of that probability happens.
func (m *making) chance(p float64) bool { return m.rng.Float64() < p }

// proxyFails lets a share of the modules behind a pool ring for answers that are
// slow; fewer of them for errors, and a few for their queues.
func (m *making) proxyFails(pool string, from, spread Seconds, share float64) {
	b := &burst{from: from, spread: spread, length: m.between(400, 700)}
	for _, mod := range m.where(func(mod *module) bool { return mod.proxy == pool }) {
		if m.chance(share) {
			m.ring(b, mod.labels("HighLatency", "warning"))
		}
		if m.chance(0.6 * share) {
			m.ring(b, mod.labels("ErrorRate", "critical"))
		}
		if m.chance(0.15 * share) {
			m.ring(b, mod.labels("QueueFull", "warning"))
		}
	}
	m.cause(b, "proxy", pool)
}

// rackDies takes every device of a rack away.
func (m *making) rackDies(rack string, from Seconds) {
	b := &burst{from: from, spread: m.between(15, 45), length: m.between(400, 700)}
	m.each(func(d device) bool { return d.rack == rack }, func(mod *module, d device) {
		for _, name := range []string{"NodeDown", "InstanceDown", "ProbeFailed"} {
			m.ring(b, mod.onDevice(name, "critical", d))
		}
	})
	m.cause(b, "rack", rack)
}

// siteFails lets a share of a site's devices ring: all if it is dead, many if it is
// slow.
func (m *making) siteFails(site, name string, from, spread Seconds, share float64) {
	b := &burst{from: from, spread: spread, length: m.between(400, 700)}
	m.each(func(d device) bool { return d.site == site }, func(mod *module, d device) {
		if m.chance(share) {
			m.ring(b, mod.onDevice(name, "warning", d))
		}
	})
	m.cause(b, "site", site)
}

// upstreamFails lets a module ring, and then those that call it.
func (m *making) upstreamFails(up *module, from Seconds) {
	b := &burst{from: from, spread: m.between(20, 60), length: m.between(400, 700)}
	m.ring(b, up.labels("ErrorRate", "critical"))
	for _, mod := range m.where(func(mod *module) bool { return mod.calls(up) }) {
		if m.chance(0.9) {
			m.ring(b, mod.labels("ErrorRate", "critical"))
		}
		if m.chance(0.5) {
			m.ring(b, mod.labels("DependencySlow", "warning"))
		}
	}
	m.cause(b, "upstream", up.id())
}

// packageBreaks lets the modules ring that run a version of a package.
func (m *making) packageBreaks(version string, from Seconds) {
	b := &burst{from: from, spread: m.between(60, 100), length: m.between(400, 700)}
	for _, mod := range m.where(func(mod *module) bool { return mod.version == version }) {
		for _, name := range []string{"MemoryLeak", "Restarts"} {
			if m.chance(0.85) {
				l := mod.labels(name, "warning")
				l["package"] = mod.version
				m.ring(b, l)
			}
		}
	}
	m.cause(b, "package", version)
}

// workers of a device in a rolling change.
const workers = 10

// rollingChange restarts n workers, device by device, under a lease. Alarms of the
// workers are what it expects.
func (m *making) rollingChange(n int, from Seconds) (nodes []string) {
	at := from + 5
	lease := Lease{Run: fmt.Sprintf("roll-%d", m.rng.IntN(1000)), Effect: []string{`alertname=~"WorkerDown|WorkerRestarted"`}, Expected: 4 * n, From: from}
	start := m.rng.IntN(len(m.modules) - n)
	for _, mod := range m.modules[start:] {
		for _, d := range mod.devices {
			if n <= 0 {
				break
			}
			lease.Nodes = append(lease.Nodes, d.node)
			for w := range workers {
				for _, name := range []string{"WorkerDown", "WorkerRestarted"} {
					l := mod.onDevice(name, "warning", d)
					l["process"] = fmt.Sprintf("w%d", w)
					m.Alarms = append(m.Alarms, Alarm{Labels: l, From: m.between(at, at+5), To: m.between(at+25, at+45)})
				}
			}
			at += 5
			n -= workers
		}
	}
	lease.To = at + 60
	m.Leases = append(m.Leases, lease)
	return lease.Nodes
}

// flap lets modules ring on and off: each is one incident.
func (m *making) flap(n int, from, to Seconds) {
	for _, i := range m.rng.Perm(len(m.modules))[:n] {
		mod := m.modules[i]
		labels := mod.labels("HealthCheckFails", "warning")
		for at := m.between(from, from+60); at < to; {
			end := m.between(at+20, at+40)
			m.Alarms = append(m.Alarms, Alarm{Labels: labels, From: at, To: end})
			at = m.between(end+10, end+40)
		}
		m.incident("flapping", from, mod, labels)
	}
}

// incident notes a fault that has nothing to do with others.
func (m *making) incident(name string, from Seconds, mod *module, alarms ...map[string]string) {
	in := Incident{Name: name, From: from, Places: []string{"module " + mod.id()}}
	for _, l := range alarms {
		in.Alarms = append(in.Alarms, key(l))
		if node := l["node"]; node != "" {
			in.Places = append(in.Places, "node "+node)
		}
	}
	slices.Sort(in.Places)
	in.Places = slices.Compact(in.Places)
	m.Truth.Incidents = append(m.Truth.Incidents, in)
}

// single is one alarm of its own kind on a module.
func (m *making) single(mod *module, name string, from Seconds) {
	l := mod.labels(name, "critical")
	m.Alarms = append(m.Alarms, Alarm{Labels: l, From: from, To: from + m.between(400, 800)})
	m.incident(name, from, mod, l)
}

// crash lets the workers of a module crash on all its devices.
func (m *making) crash(mod *module, from Seconds) {
	var labels []map[string]string
	length := m.between(400, 800)
	for _, d := range mod.devices {
		l := mod.onDevice("CrashLoop", "critical", d)
		labels = append(labels, l)
		m.Alarms = append(m.Alarms, Alarm{Labels: l, From: m.between(from, from+30), To: m.between(from+length, from+length+60)})
	}
	m.incident("CrashLoop", from, mod, labels...)
}

// some is a module that fits.
func (m *making) some(fits func(*module) bool) *module {
	all := m.where(fits)
	return all[m.rng.IntN(len(all))]
}

func (m *making) finish() *Scenario {
	slices.SortStableFunc(m.Alarms, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(key(a.Labels), key(b.Labels)))
	})
	for _, a := range m.Alarms {
		m.Length = max(m.Length, a.To)
	}
	m.Length += 300
	return m.Scenario
}
