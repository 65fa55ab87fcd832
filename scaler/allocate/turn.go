package allocate

import (
	"cmp"
	"slices"
)

// setOrder puts those services first that are hard to place: few nodes are open
// to their class, then a narrow range of ports shared with others, then much
// memory, then much CPU.
func (p *plan) setOrder() {
	open := make([]int, len(p.in.Classes)+1)
	open[0] = len(p.in.Nodes)
	for c, class := range p.in.Classes {
		open[c+1] = len(p.in.Nodes)
		for _, reason := range class.Closed {
			if reason != "" {
				open[c+1]--
			}
		}
	}
	p.order = make([]int32, len(p.in.Services))
	for i := range p.order {
		p.order[i] = int32(i)
	}
	narrow := func(s *Service) int {
		if width := s.Ports[1] - s.Ports[0]; width < MaxWorkers {
			return s.Ports[0]
		}
		return 0
	}
	slices.SortFunc(p.order, func(a, b int32) int {
		x, y := &p.in.Services[a], &p.in.Services[b]
		c, d := p.classOf(a), p.classOf(b)
		return cmp.Or(cmp.Compare(open[c], open[d]), cmp.Compare(c, d), cmp.Compare(narrow(x), narrow(y)),
			cmp.Compare(p.weight(b), p.weight(a)), cmp.Compare(a, b))
	})
}

// classOf is a service's class; one that is not there closes nothing.
func (p *plan) classOf(s int32) int {
	if c := p.in.Services[s].Class; 0 < c && c <= len(p.in.Classes) {
		return c
	}
	return 0
}

// enter makes the tree see the nodes as a service does, until leave.
func (p *plan) enter(s int32) {
	p.setClass(p.classOf(s))
	p.setSpan(p.in.Services[s].Ports)
	p.visit++
	p.touched = p.touched[:0]
	for i := p.first[s]; i >= 0; i = p.units[i].next {
		u := &p.units[i]
		if !u.holds {
			continue
		}
		x := p.tree.pos[u.node]
		p.touch(x)
		p.tree.leaves[x].here++
		if u.counts {
			p.count(x, 1)
		}
	}
	for node, reason := range p.in.Services[s].Closed {
		if reason != "" && 0 <= node && node < len(p.in.Nodes) {
			x := p.tree.pos[node]
			p.touch(x)
			p.tree.setBar(x, barOwn, true)
		}
	}
	for _, x := range p.touched {
		p.checkCores(s, x)
	}
	p.tree.updateAll(p.touched)
}

// leave makes the tree forget the service.
func (p *plan) leave() {
	t := p.tree
	for _, x := range p.touched {
		l := &t.leaves[x]
		l.count, l.here = 0, 0
		for i := range t.levels {
			t.within[t.domain[int(x)*t.levels+i]] = 0
		}
		t.setBar(x, barOwn|barCore, false)
	}
	t.updateAll(p.touched)
}

func (p *plan) touch(x int32) {
	if p.stamp[x] != p.visit {
		p.stamp[x] = p.visit
		p.touched = append(p.touched, x)
	}
}

// count changes the number of the service's workers on a node and in its domains.
func (p *plan) count(x, sign int32) {
	t := p.tree
	t.leaves[x].count += sign
	for i := range t.levels {
		t.within[t.domain[int(x)*t.levels+i]] += sign
	}
}

// checkCores bars a node that has as many workers of the service as its cores allow.
func (p *plan) checkCores(s, x int32) {
	cores := float64(p.machines[p.tree.order[x]].cores) / 1e6
	p.tree.setBar(x, barCore, p.tree.leaves[x].here >= int32(p.demands[s].perCore*cores+1e-9))
}

func (p *plan) setClass(class int) {
	if class == p.class {
		return
	}
	p.setSpan([2]int{})
	p.class = class
	var closed []string
	if class > 0 {
		closed = p.in.Classes[class-1].Closed
	}
	all := make([]int32, len(p.in.Nodes))
	for i := range p.in.Nodes {
		x := p.tree.pos[i]
		all[i] = x
		p.tree.setBar(x, barClass, i < len(closed) && closed[i] != "")
	}
	p.tree.updateAll(all)
}

// setSpan forgets which nodes have no free port once another range is at hand:
// within a plan no port becomes free, so services with one range share them.
func (p *plan) setSpan(ports [2]int) {
	if ports == p.span {
		return
	}
	p.span = ports
	for _, x := range p.noPort {
		p.tree.setBar(x, barPort, false)
	}
	p.tree.updateAll(p.noPort)
	p.noPort = p.noPort[:0]
}

// choose finds the best node with so much room for a worker of the service at
// hand, and its port; -1: there is none.
func (p *plan) choose(s int32, room int64) (x, port int32) {
	for {
		x = p.tree.find(room, p.demands[s].mem)
		if x < 0 {
			return -1, 0
		}
		p.touch(x)
		p.checkCores(s, x)
		if p.tree.leaves[x].bar == 0 {
			if port = p.freePort(p.tree.order[x], p.span); port >= 0 {
				return x, port
			}
			p.tree.setBar(x, barPort, true)
			p.noPort = append(p.noPort, x)
		}
		p.tree.update(x)
	}
}

// settle puts a worker of the service at hand on its node. One that was there
// all the time has kept its place.
func (p *plan) settle(i int32) {
	u := &p.units[i]
	x := p.tree.pos[u.node]
	p.touch(x)
	if !u.holds {
		p.hold(u, 1)
		p.tree.leaves[x].here++
	}
	u.counts = true
	p.forecast(u, 1)
	p.count(x, 1)
	p.checkCores(u.service, x)
	p.rekey(x)
	p.tree.update(x)
}

// lift takes a worker of the service at hand off its node. One that this plan
// does not start itself keeps its place until it is gone.
func (p *plan) lift(i int32) {
	u := &p.units[i]
	x := p.tree.pos[u.node]
	if u.fresh {
		p.hold(u, -1)
		p.tree.leaves[x].here--
	}
	u.counts = false
	p.forecast(u, -1)
	p.count(x, -1)
	p.checkCores(u.service, x)
	p.rekey(x)
	p.tree.update(x)
}

// weight is a worker's size in shares of a mean node: the higher of CPU and memory.
func (p *plan) weight(s int32) float64 {
	return max(float64(p.demands[s].cpu)/max(p.cores, 1), float64(p.demands[s].mem)/max(p.memory, 1))
}
