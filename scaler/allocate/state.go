package allocate

import (
	"cmp"
	"math"
	"slices"
)

// machine is what a plan keeps of a node; [leaf] has the rest. CPU is in
// millionths of a core, so that sums do not depend on their order.
type machine struct {
	cores, memory int64 // in all
	cpu, mem      int64 // forecast: the workers that will be there, and what the pool does not place
	held, most    int32 // workers that hold a place; that may
	taken         int32 // ports that others listen at
	ports         int32 // first of its list in plan.ports; -1: none
}

// unit is a worker, of the input or new.
type unit struct {
	service, node, proxy, port int32
	next                       int32 // of the same service; -1: last
	instead                    int32 // unit that it replaces; -1: none
	ready                      bool
	fresh                      bool // this plan starts it
	holds                      bool // a place, a port and memory
	counts                     bool // as one of its service's
	drains                     bool // its node is leaving and it has no successor yet
	stopped                    bool // this plan stops it
	why                        Why
}

type port struct{ number, next int32 }

// demand is a service in the plan's units.
type demand struct {
	workers, proxies int
	cpu, mem         int64
	perCore          float64
}

// plan is a plan in the making.
type plan struct {
	in            Input
	limits        Limits
	tree          *tree
	machines      []machine
	demands       []demand
	units         []unit
	first         []int32 // unit of a service; -1: none
	ports         []port
	mean          demand  // a mean worker
	cores, memory float64 // of all nodes

	order    []int32        // of services, those that are hard to place first
	class    int            // that the tree is set to; -1: none yet
	span     [2]int         // ports that barPort is for
	noPort   []int32        // leaves with barPort
	touched  []int32        // leaves that the service at hand has changed
	stamp    []int32        // visit in which a leaf was touched last
	visit    int32          // number of the service's turn
	perProxy []int32        // workers that count behind each proxy of the service at hand
	leaving  []int32        // workers of the service at hand whose node is leaving
	within   []int32        // where the numbers of Why.Within lie
	closed   map[int]string // reasons of classes, as they are asked for
	calm     []bool         // services of which no worker promised a better place the last time
	moves    int            // left

	result Result
}

func newPlan(in Input) *plan {
	p := &plan{in: in, limits: in.Limits.filled(), tree: newTree(in.Nodes), class: -1}
	p.moves = p.limits.Moves
	p.calm = make([]bool, len(in.Services))
	p.stamp = make([]int32, len(in.Nodes))
	p.setDemands()
	p.setMachines()
	p.setUnits()
	for x := range p.tree.leaves {
		p.rekey(int32(x))
	}
	p.setOrder()
	return p
}

func (l Limits) filled() Limits {
	l.MaxWorkers = cmp.Or(l.MaxWorkers, MaxWorkers)
	l.PerCore = cmp.Or(l.PerCore, PerCore)
	l.Full = cmp.Or(l.Full, Full)
	l.MinGain = max(l.MinGain, 1e-6) // what is less is rounding
	return l
}

// millionths rounds; what is not a number is other.
func millionths(x, other float64) int64 {
	if math.IsNaN(x) {
		x = other
	}
	return int64(math.Round(1e6 * min(max(x, 0), 1e9)))
}

func (p *plan) setDemands() {
	p.demands = make([]demand, len(p.in.Services))
	all := 0
	var cpu, mem float64
	for i := range p.in.Services {
		s, d := &p.in.Services[i], &p.demands[i]
		d.workers, d.proxies = max(s.Workers, 0), max(len(s.Proxies), 1)
		d.perCore = cmp.Or(s.PerCore, p.limits.PerCore)
		d.cpu, d.mem = millionths(s.CPU, 1/d.perCore), max(s.Memory, 0)
		all += d.workers
		cpu += float64(d.cpu) * float64(d.workers)
		mem += float64(d.mem) * float64(d.workers)
	}
	if all > 0 {
		p.mean = demand{cpu: int64(cpu / float64(all)), mem: int64(mem / float64(all))}
	}
}

func (p *plan) setMachines() {
	p.machines = make([]machine, len(p.in.Nodes))
	for i := range p.in.Nodes {
		n, m := &p.in.Nodes[i], &p.machines[i]
		m.cores, m.memory = millionths(n.Cores, 0), max(n.Memory, 0)
		p.cores += float64(m.cores)
		p.memory += float64(m.memory)
		m.cpu, m.mem = millionths(n.Load, float64(m.cores)/1e6), max(n.MemoryUsed, 0)
		m.most, m.ports = int32(cmp.Or(n.MaxWorkers, p.limits.MaxWorkers)), -1
		x := p.tree.pos[i]
		l := &p.tree.leaves[x]
		l.free = m.memory - m.mem
		p.tree.setBar(x, barShut, !n.Open || n.Leaving)
		p.tree.setBar(x, barFull, m.held >= m.most)
	}
}

// setUnits takes in the workers: which of them hold a place, and which count.
func (p *plan) setUnits() {
	p.first = slices.Repeat([]int32{-1}, len(p.in.Services))
	p.units = make([]unit, len(p.in.Workers), len(p.in.Workers)+len(p.in.Workers)/8+16)
	p.ports = make([]port, 0, cap(p.units))
	p.holdTaken()
	for i := len(p.in.Workers) - 1; i >= 0; i-- {
		w, u := &p.in.Workers[i], &p.units[i]
		*u = unit{
			service: int32(w.Service), node: int32(w.Node), proxy: int32(w.Proxy), port: int32(w.Port),
			next: -1, instead: -1, ready: w.Ready,
		}
		placed, wanted := 0 <= w.Node && w.Node < len(p.in.Nodes), 0 <= w.Service && w.Service < len(p.in.Services)
		if wanted {
			u.next, p.first[w.Service] = p.first[w.Service], int32(i)
		}
		u.counts = placed && wanted && !w.Lost && !w.Stopping
		if placed {
			p.hold(u, 1)
		}
	}
	p.pairUp()
	for i := range p.units {
		if u := &p.units[i]; u.counts {
			p.forecast(u, 1)
		}
	}
}

// holdTaken keeps workers off the ports that others listen at.
func (p *plan) holdTaken() {
	for i := range p.in.Nodes {
		m := &p.machines[i]
		for _, number := range p.in.Nodes[i].TakenPorts {
			p.ports = append(p.ports, port{int32(number), m.ports})
			m.ports = int32(len(p.ports) - 1)
			m.taken++
		}
	}
}

// pairUp finds who replaces whom: of the two, the successor counts, unless its
// own node is leaving.
func (p *plan) pairUp() {
	successor := map[string]int32{}
	for i := range p.in.Workers {
		w := &p.in.Workers[i]
		if w.Instead != "" && p.units[i].counts && !p.in.Nodes[w.Node].Leaving {
			if _, ok := successor[w.Instead]; !ok {
				successor[w.Instead] = int32(i)
			}
		}
	}
	if len(successor) == 0 {
		return
	}
	for i := range p.in.Workers {
		w := &p.in.Workers[i]
		s, ok := successor[w.ID]
		if ok && p.units[i].counts && p.units[s].service == p.units[i].service && s != int32(i) {
			p.units[i].counts, p.units[s].instead = false, int32(i)
		}
	}
}

// hold gives a worker its place, or (-1) takes it away.
func (p *plan) hold(u *unit, sign int32) {
	u.holds = sign > 0
	m, x := &p.machines[u.node], p.tree.pos[u.node]
	m.held += sign
	if u.service >= 0 && int(u.service) < len(p.demands) {
		p.tree.leaves[x].free -= int64(sign) * p.demands[u.service].mem
	}
	p.tree.setBar(x, barFull, m.held >= m.most)
	if u.port == 0 {
		return
	}
	if sign > 0 {
		p.ports = append(p.ports, port{u.port, m.ports})
		m.ports = int32(len(p.ports) - 1)
		return
	}
	at := &m.ports
	for *at >= 0 && p.ports[*at].number != u.port {
		at = &p.ports[*at].next
	}
	*at = p.ports[*at].next
}

// forecast adds a worker to what its node is expected to carry, or takes it away.
func (p *plan) forecast(u *unit, sign int64) {
	m, d := &p.machines[u.node], &p.demands[u.service]
	m.cpu += sign * d.cpu
	m.mem += sign * d.mem
}

func (p *plan) rekey(x int32) {
	m, l := &p.machines[p.tree.order[x]], &p.tree.leaves[x]
	l.load, l.key = m.load(0, 0), m.load(p.mean.cpu/2, p.mean.mem/2)
	l.room = int64(p.limits.Full*float64(m.cores)) - m.cpu
}

// load is the forecast load with so much more, in shares of the node: the
// higher of CPU and memory.
func (m *machine) load(cpu, mem int64) float64 {
	return max(share(m.cpu+cpu, m.cores), share(m.mem+mem, m.memory))
}

// share of nothing is 0 when nothing is used, and more than any when something is.
func share(used, all int64) float64 {
	if used <= 0 {
		return 0
	}
	return float64(used) / float64(max(all, 1))
}

// freePort is the lowest port of the range that nobody holds on the node; -1: none.
func (p *plan) freePort(node int32, ports [2]int) int32 {
	if ports == [2]int{} {
		return 0
	}
	var held [256]bool // of the first ports: one more than there are holders is free, if the range has it
	low, high := int32(ports[0]), int32(ports[1])
	span := min(high-low+1, p.machines[node].held+p.machines[node].taken+1)
	seen := held[:]
	if int(span) > len(seen) {
		seen = make([]bool, span)
	}
	for i := p.machines[node].ports; i >= 0; i = p.ports[i].next {
		if n := p.ports[i].number - low; n >= 0 && n < span {
			seen[n] = true
		}
	}
	for n := range span {
		if !seen[n] {
			return low + n
		}
	}
	return -1
}
